// Talking to the API.

export class Problem extends Error {
  /** An answer other than the one asked for: problem details (RFC 9457), if the API itself spoke. */
  constructor(title, { errors = [], reference = null } = {}) {
    super(title);
    this.errors = errors;
    this.reference = reference;
  }
}

export async function call(method, path, { body, headers = {} } = {}) {
  let response;
  try {
    response = await fetch(`/api${path}`, {
      method,
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
  } catch {
    throw new Problem("The service can't be reached. Check your connection and try again.");
  }
  // In front of the API others may answer, in forms of their own.
  const answer = await response.json().catch(() => ({}));
  if (response.ok) {
    return answer;
  }
  throw new Problem(answer.title ?? answer.message ?? `The service answered ${response.status}.`, {
    errors: answer.errors,
    // Of use only when the fault is the service's.
    reference: response.status >= 500 ? answer.request_id : null,
  });
}

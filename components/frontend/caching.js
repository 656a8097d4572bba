// Runs in CloudFront Functions on the way out, for every answer but errors: CloudFront leaves
// those alone, so that a missing file is never remembered for a year.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
function handler(event) {
    const response = event.response;
    response.headers['cache-control'] = { value: cacheControl(event.request.uri) };
    return response;
}

// What the build puts below /assets/ has a hash of its content in its name and never changes. All
// else may change with the next release: browsers ask each time, and mostly hear that it hasn't.
function cacheControl(uri) {
    return uri.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
}

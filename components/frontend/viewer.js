// Runs in CloudFront Functions before the cache, for every request that isn't for the API or for an
// asset. Site fills in the host when it builds the function (null when there is only one), and the
// files that answer here.
const canonicalHost = __CANONICAL_HOST__;
const files = __FILES__;

function handler(event) {
    const request = event.request;
    const host = request.headers.host.value;
    // Before any redirect: phones take none for the files of their apps.
    if (Object.prototype.hasOwnProperty.call(files, request.uri)) {
        return file(files[request.uri], canonicalHost === null ? host : canonicalHost);
    }
    if (canonicalHost !== null && host !== canonicalHost) {
        return redirect(request);
    }
    if (isPage(request.uri)) {
        request.uri = '/index.html';
    }
    return request;
}

function file(found, host) {
    return {
        statusCode: 200,
        statusDescription: 'OK',
        headers: {
            'content-type': { value: found.type },
            'cache-control': { value: 'public, max-age=3600' },
            'strict-transport-security': { value: 'max-age=63072000; includeSubDomains' },
            'x-content-type-options': { value: 'nosniff' },
        },
        body: { encoding: 'text', data: found.body.split('{origin}').join('https://' + host) },
    };
}

// Every page has one address, so that search engines, cookies and sign-in see one site.
function redirect(request) {
    // The parsed query string loses the order of repeated names; this is what the viewer sent.
    const query = request.rawQueryString();
    const search = query === undefined ? '' : '?' + query;
    return {
        statusCode: 301,
        statusDescription: 'Moved Permanently',
        headers: {
            location: { value: 'https://' + canonicalHost + request.uri + search },
            // Without a limit a browser would keep to the old name for ever.
            'cache-control': { value: 'max-age=3600' },
        },
    };
}

// The application's own pages have no extension; its router finds them once index.html is there.
// What is well known by its path has none either, but is a file.
function isPage(uri) {
    const last = uri.slice(uri.lastIndexOf('/') + 1);
    return !last.includes('.') && !uri.startsWith('/.well-known/');
}

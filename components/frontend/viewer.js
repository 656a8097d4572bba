// Runs in CloudFront Functions before the cache, for every request that isn't for the API.
// Site fills in the host when it builds the function; null when there is only one.
const canonicalHost = __CANONICAL_HOST__;

function handler(event) {
    const request = event.request;
    if (canonicalHost !== null && request.headers.host.value !== canonicalHost) {
        return redirect(request);
    }
    if (isPage(request.uri)) {
        request.uri = '/index.html';
    }
    return request;
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

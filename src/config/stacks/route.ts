// A route from an API to a function as tools above CloudFormation write it: method, path, function.

/** Type of the resources that stand for such routes: {ApiId, FunctionName, Method, Path, PayloadFormatVersion}. */
export const ROUTE_TYPE = 'Pocketfront::Route'

-- Posts a small form to the URL's path.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.body = "name=value&" .. string.rep("x", 100)

extension CommandTableOfWalk {
    /// Commands that HAProxy has alone: they are said not to exist.
    static let missing = CommandTableOfWalk(
        "what is missing here",
        #"""
        trace
        get var
        get map
        abort ssl ca-file
        add map #0 k v
        show pools
        show profiling
        show threads
        show trace
        show cache
        show ssl crl-file
        show ssl ocsp-response
        show ssl providers
        show tls-keys
        set ssl ca-file x
        set ssl crl-file x
        set ssl tls-key x y
        set profiling x
        set dynamic-cookie-key backend be x
        expert-mode on;debug dev fd
        """#,
        differing: Dictionary(
            uniqueKeysWithValues: [
                "trace",
                "get var",
                "get map",
                "abort ssl ca-file",
                "add map #0 k v",
                "show pools",
                "show profiling",
                "show threads",
                "show trace",
                "show cache",
                "show ssl crl-file",
                "show ssl ocsp-response",
                "show ssl providers",
                "show tls-keys",
                "set ssl ca-file x",
                "set ssl crl-file x",
                "set ssl tls-key x y",
                "set profiling x",
                "set dynamic-cookie-key backend be x",
                "expert-mode on;debug dev fd",
            ].map { ($0, "see what HAProxy has alone") }))
}

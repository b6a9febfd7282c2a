extension CommandTableOfWalk {
    /// Commands that HAProxy has alone: they are said not to exist.
    static let missing = CommandTableOfWalk(
        "what is missing here",
        #"""
        trace
        show threads
        show trace
        show cache
        set dynamic-cookie-key backend be x
        expert-mode on;debug dev fd
        """#,
        differing: Dictionary(
            uniqueKeysWithValues: [
                "trace",
                "show threads",
                "show trace",
                "show cache",
                "set dynamic-cookie-key backend be x",
                "expert-mode on;debug dev fd",
            ].map { ($0, "see what HAProxy has alone") }))
}

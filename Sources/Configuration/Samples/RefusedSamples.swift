/// The samples that HAProxy has and that are refused here, with what is missing.
///
/// - Source: the names that HAProxy 2.6.12 lists (`-dKsmp`).
enum RefusedSamples {
    private static let reasons: [String: String] = [
        "dst_conn": "connections are counted by frontend; 'fe_conn' has them",
        "fe_req_rate": "there are no HTTP requests but those for statistics",
        "last_rule_file": "rules don't keep where they stand", "last_rule_line": "rules don't keep where they stand",
        "meth": "it is a method of HTTP", "prio_class": "all sessions have the same priority",
        "prio_offset": "all sessions have the same priority",
    ]

    /// By the beginnings of their names.
    private static let families: [(prefix: String, reason: String)] = [
        ("bc_err", "errors of connections are told in the log alone"), ("bc_http", "it is about HTTP"),
        ("cpu_", "it measures HAProxy's own tasks"), ("fc_err", "errors of connections are told in the log alone"),
        ("fc_http", "it is about HTTP"), ("fc_pp_", "of a PROXY header the addresses alone are kept"),
        ("fcgi.", "it is about FastCGI"), ("internal.", "it is for HAProxy's developers"),
        ("lat_", "it measures HAProxy's own tasks"),
    ]

    /// Why a sample is refused.
    ///
    /// - Parameter name: its name.
    /// - Returns: what is missing; `nil` where HAProxy has none of that name, either.
    static func reason(for name: String) -> String? {
        if let reason = reasons[name] { return reason }
        if name.contains("_http_req_") || name.contains("_http_err_") || name.contains("_http_fail_") {
            return "it counts HTTP requests"
        }
        return families.first { name.hasPrefix($0.prefix) }?.reason
    }
}

/// Where a proxy's servers have their states from when the program starts (`load-server-state-from-file`).
public enum ServerStateSource: Sendable, Equatable {
    /// From nowhere: they begin as the file says.
    case none
    /// From the one file that `global` names.
    case global
    /// From a file of the proxy's own.
    case local(String)
}

/// The keywords of proxies about files with servers' states.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2.
enum ServerStateKeywords {
    /// The keywords.
    static let keywords: [Keyword<ProxyDraft>] = [
        Keyword("load-server-state-from-file", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            let source = try arguments.word(
                "'global', 'local' or 'none'", example: "load-server-state-from-file global")
            switch source.text {
            case "global": proxy.settings.serverStates = .global
            // Which file, another line may say.
            case "local": proxy.settings.serverStates = .local("")
            case "none": proxy.settings.serverStates = .none
            default:
                throw source.error(
                    "'load-server-state-from-file' doesn't know '\(source.text)'",
                    help: "write 'global', 'local' or 'none'")
            }
            try arguments.expectEnd()
        },
        Keyword("server-state-file-name", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            let name = arguments.next()?.text
            proxy.settings.serverStateFile = name == "use-backend-name" ? nil : name
            try arguments.expectEnd()
        },
    ]
}

import TLS

/// Reads what `global` says about TLS.
///
/// - Source: HAProxy 2.6 configuration manual, sections 3.1 and 3.2.
enum GlobalTLSKeywords {
    /// The keywords.
    static let all: [Keyword<GlobalDraft>] =
        folders + lists + [
            Keyword("ssl-default-bind-options") { (global, arguments) throws(Diagnostic) in
                try readOptions(&global.tls.binds, &arguments, ofBinds: true)
            },
            Keyword("ssl-default-server-options") { (global, arguments) throws(Diagnostic) in
                try readOptions(&global.tls.servers, &arguments, ofBinds: false)
            },
            Keyword("ssl-dh-param-file") { (global, arguments) throws(Diagnostic) in
                let word = try text(&arguments, "a file", example: "ssl-dh-param-file dh.pem")
                do {
                    global.tls.binds.parameters = try TLSFiles.read(word.text)
                } catch {
                    throw word.error(
                        "unable to load DH parameters: \(error)", help: "check the path and its permissions")
                }
            },
            Keyword("ssl-server-verify") { (global, arguments) throws(Diagnostic) in
                let word = try text(&arguments, "'none' or 'required'", example: "ssl-server-verify none")
                guard ["none", "required"].contains(word.text) else {
                    throw word.error("unknown argument '\(word.text)'", help: "known are none and required")
                }
                global.tls.verifiesServers = word.text == "required"
            },
        ]

    private static let folders: [Keyword<GlobalDraft>] = [
        Keyword("ca-base") { (global, arguments) throws(Diagnostic) in
            global.tls.authorityFolder = try text(&arguments, "a folder", example: "ca-base /etc/ssl/certs").text
        },
        Keyword("crt-base") { (global, arguments) throws(Diagnostic) in
            global.tls.certificateFolder = try text(&arguments, "a folder", example: "crt-base /etc/ssl/private").text
        },
    ]

    private static let lists: [Keyword<GlobalDraft>] = [
        Keyword("ssl-default-bind-ciphers") { (global, arguments) throws(Diagnostic) in
            global.tls.binds.ciphers = try list(&arguments, example: "HIGH:!aNULL")
        },
        Keyword("ssl-default-bind-ciphersuites") { (global, arguments) throws(Diagnostic) in
            global.tls.binds.ciphersuites = try list(&arguments, example: "TLS_AES_256_GCM_SHA384")
        },
        Keyword("ssl-default-bind-curves") { (global, arguments) throws(Diagnostic) in
            global.tls.binds.curves = try list(&arguments, example: "X25519:P-256")
        },
        Keyword("ssl-default-server-ciphers") { (global, arguments) throws(Diagnostic) in
            global.tls.servers.ciphers = try list(&arguments, example: "HIGH:!aNULL")
        },
        Keyword("ssl-default-server-ciphersuites") { (global, arguments) throws(Diagnostic) in
            global.tls.servers.ciphersuites = try list(&arguments, example: "TLS_AES_256_GCM_SHA384")
        },
    ]

    private static func list(_ arguments: inout Arguments, example: String) throws(Diagnostic) -> String {
        try text(&arguments, "a list", example: "\(arguments.current.text) \(example)").text
    }

    private static func text(
        _ arguments: inout Arguments, _ what: String, example: String
    ) throws(Diagnostic) -> Word {
        let word = try arguments.word(what, example: example)
        try arguments.expectEnd()
        return word
    }

    private static func readOptions(
        _ settings: inout TLSSettings, _ arguments: inout Arguments, ofBinds: Bool
    ) throws(Diagnostic) {
        let keyword = arguments.current.text
        guard !arguments.isEmpty else {
            throw arguments.missing("'\(keyword)' needs an option", help: "write '\(keyword) ssl-min-ver TLSv1.2'")
        }
        let known = TLSKeywords.versionNames + ["no-tls-tickets"] + (ofBinds ? ["prefer-client-ciphers"] : [])
        while let word = arguments.next() {
            switch word.text {
            case "no-tls-tickets": settings.usesTickets = false
            case "prefer-client-ciphers" where ofBinds: settings.prefersClientCiphers = true
            case _ where TLSKeywords.versionNames.contains(word.text):
                try TLSKeywords.readVersion(&settings.versions, &arguments)
            default:
                throw word.error(
                    "unknown option '\(word.text)' of '\(keyword)'",
                    help: "known are \(known.sorted().joined(separator: ", "))")
            }
        }
    }
}

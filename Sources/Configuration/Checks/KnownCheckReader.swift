import Model

/// Reads the options that ask for checks of known protocols.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2.
enum KnownCheckReader {
    /// The options.
    static let options: [Keyword<ProxyDraft>] = [
        Keyword("external-check", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            let word = arguments.current
            try arguments.expectEnd()
            proxy.settings.checks.kind = (.program, word)
        },
        Keyword("ldap-check", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            try choose(KnownCheck.ldap, in: &proxy, &arguments)
        },
        Keyword("mysql-check", .backendSide, readMySQL),
        Keyword("pgsql-check", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            let word = arguments.current
            guard let user = try readUser(&arguments, example: "option pgsql-check user haproxy") else {
                throw arguments.missing("'pgsql-check' needs a user", help: "write 'option pgsql-check user haproxy'")
            }
            try choose(KnownCheck.postgreSQL(user: user), in: &proxy, &arguments, at: word)
        },
        Keyword("redis-check", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            try choose(KnownCheck.redis, in: &proxy, &arguments)
        },
        Keyword("smtpchk", .backendSide, readSMTP),
        Keyword("spop-check", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            try choose(KnownCheck.spop, in: &proxy, &arguments)
        },
        Keyword("ssl-hello-chk", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            try choose(KnownCheck.tlsHello, in: &proxy, &arguments)
        },
    ]

    private static func choose(
        _ plan: CheckPlan, in proxy: inout ProxyDraft, _ arguments: inout Arguments, at word: Word? = nil
    ) throws(Diagnostic) {
        let word = word ?? arguments.current
        try arguments.expectEnd()
        proxy.settings.checks.kind = (.known(plan), word)
    }

    private static func readUser(_ arguments: inout Arguments, example: String) throws(Diagnostic) -> String? {
        guard !arguments.isEmpty else { return nil }
        guard arguments.take("user") else {
            let word = try arguments.word("'user'", example: example)
            throw word.error("unknown argument '\(word.text)'", help: "write '\(example)'")
        }
        let user = try CheckRuleReader.readFilled("a user's name", &arguments, example: example)
        guard user.text.utf8.count <= 255 else {
            throw user.error("a user's name is no longer than 255 bytes", help: "write '\(example)'")
        }
        return user.text
    }

    private static func readMySQL(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = arguments.current
        let example = "option mysql-check user haproxy"
        guard let user = try readUser(&arguments, example: example) else {
            return try choose(KnownCheck.mysqlGreeting, in: &proxy, &arguments, at: word)
        }
        let isOld = arguments.take("pre-41")
        if !isOld { _ = arguments.take("post-41") }
        try choose(KnownCheck.mysql(user: user, isOld: isOld), in: &proxy, &arguments, at: word)
    }

    private static func readSMTP(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = arguments.current
        var greeting = "HELO localhost"
        // A greeting without a domain counts as none.
        if let hello = arguments.next(), let domain = arguments.next() {
            greeting = "\(hello.text == "EHLO" ? "EHLO" : "HELO") \(domain.text)"
        }
        try choose(KnownCheck.smtp(greeting: greeting), in: &proxy, &arguments, at: word)
    }
}

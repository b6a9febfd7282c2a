import Model

/// Reads what proxies say about the form of their log lines.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2.
enum LogFormatKeywords {
    /// The keywords of proxies.
    static let keywords: [Keyword<ProxyDraft>] = [
        Keyword("log-format", .frontendSide) { (proxy, arguments) throws(Diagnostic) in
            let keyword = arguments.current
            guard let reading = try read(&proxy, &arguments) else { return }
            tellOfOverride("'log-format'", keyword, in: proxy, &arguments)
            proxy.settings.logFormat = (.custom(reading.template), keyword)
        },
        Keyword("error-log-format", .frontendSide) { (proxy, arguments) throws(Diagnostic) in
            proxy.settings.logging.errorFormat = try read(&proxy, &arguments)?.template
        },
        Keyword("log-format-sd", .frontendSide) { (proxy, arguments) throws(Diagnostic) in
            proxy.settings.logging.structuredData = try read(&proxy, &arguments)?.template
        },
        Keyword("unique-id-format", .frontendSide) { (proxy, arguments) throws(Diagnostic) in
            proxy.settings.logging.uniqueID = try read(&proxy, &arguments)?.template
        },
        Keyword("log-tag") { (proxy, arguments) throws(Diagnostic) in
            let tag = try arguments.word("a tag", example: "log-tag haproxy")
            guard !tag.text.isEmpty else { throw tag.error("'log-tag' needs a tag", help: "write 'log-tag haproxy'") }
            proxy.settings.logging.tag = tag.text
            try arguments.expectEnd(help: "put quotes around the tag")
        },
    ]

    /// Tells that a format takes the place of another one of the same section.
    ///
    /// - Parameters:
    ///   - name: how the message calls the new one.
    ///   - word: the new one.
    ///   - proxy: the section.
    ///   - arguments: the line.
    static func tellOfOverride(_ name: String, _ word: Word, in proxy: ProxyDraft, _ arguments: inout Arguments) {
        guard let (_, earlier) = proxy.settings.logFormat, proxy.owns(earlier.location), earlier.text != word.text
        else { return }
        arguments.add(
            word.warning(
                "\(name) takes the place of the log format in line \(earlier.location.line)", help: "remove one of them"
            ))
    }

    /// Reads a format, and remembers where it names what only HTTP has: the mode may stand in a later line.
    private static func read(
        _ proxy: inout ProxyDraft, _ arguments: inout Arguments
    ) throws(Diagnostic) -> LogTemplateReader.Reading? {
        let keyword = arguments.current.text
        let reading = try LogTemplateReader.read(&arguments, hostName: proxy.global.hostName)
        proxy.settings.httpVariables[keyword] = reading?.httpVariables
        proxy.settings.unresolvedFormats[keyword] = reading?.unresolved
        return reading
    }
}

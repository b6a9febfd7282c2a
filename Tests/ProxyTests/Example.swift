import Peers

/// Small configurations.
enum Example {
    /// One `listen` section with servers `s0`, `s1` ...
    ///
    /// - Parameters:
    ///   - servers: where they are.
    ///   - options: what follows the address of each.
    ///   - lines: further lines of the section.
    ///   - global: lines of the global section.
    /// - Returns: the text.
    static func listen(
        _ servers: [FakeServer], options: [String] = [], lines: [String] = [], global: [String] = []
    ) -> String {
        listen(addresses: servers.map(\.address), options: options, lines: lines, global: global)
    }

    static func listen(
        addresses: [String], options: [String] = [], lines: [String] = [], global: [String] = []
    ) -> String {
        var text = ""
        if !global.isEmpty { text += "global\n" + global.map { "    \($0)\n" }.joined() }
        text += """
            listen front
                mode tcp
                bind 127.0.0.1:PORT
                timeout connect 5s
                timeout client 30s
                timeout server 30s

            """
        for line in lines { text += "    \(line)\n" }
        for (index, address) in addresses.enumerated() {
            text += "    server s\(index) \(address) \(index < options.count ? options[index] : "")\n"
        }
        return text
    }
}

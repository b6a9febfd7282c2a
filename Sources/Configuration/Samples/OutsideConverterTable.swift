import Model

/// The converters that ask for tables, files, proxies and variables.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3.1, and what HAProxy 2.6.12 takes.
enum OutsideConverterTable {
    /// What is asked of tables, by what follows `table_`.
    private static let quantities: [String: TableSample.Quantity] = [
        "conn_cnt": .connections, "conn_cur": .currentConnections, "conn_rate": .connectionRate,
        "sess_cnt": .sessions, "sess_rate": .sessionRate, "kbytes_in": .kilobytesIn, "bytes_in_rate": .bytesInRate,
        "kbytes_out": .kilobytesOut, "bytes_out_rate": .bytesOutRate, "gpc0": .generalPurpose,
        "gpc0_rate": .generalPurposeRate, "gpc1": .second, "gpc1_rate": .secondRate, "gpt0": .tag,
        "trackers": .trackers,
    ]
    /// The same for arrays.
    private static let elements: [String: ArraySample.Quantity] = ["gpc": .count, "gpc_rate": .rate, "gpt": .tag]
    /// How far arrays go.
    static let indices: ClosedRange<Int64> = 0...99

    /// Their names.
    static let names =
        quantities.keys.map { "table_\($0)" } + elements.keys.map { "table_\($0)" } + maps
        + [
            "in_table", "nbsrv", "regsub", "set-var", "srv_queue", "table_expire", "table_idle", "table_server_id",
            "unset-var",
        ]

    private static let maps =
        ["map"]
        + MapSearch.Method.allCases.flatMap { method in
            ["map_\(method.rawValue)"]
                + (method == .regm ? [] : ["map_\(method.rawValue)_int", "map_\(method.rawValue)_ip"])
        }

    /// Finds one.
    ///
    /// - Parameters:
    ///   - call: its name and what stands in parentheses.
    ///   - facts: what is known.
    /// - Returns: `nil` where there is none of that name.
    /// - Throws: what is wrong with its values, or that it stands in a log format.
    static func converter(
        _ call: SampleReader.Call, _ facts: SampleReader.Facts
    ) throws(Diagnostic) -> OutsideConverter? {
        guard names.contains(call.name) else { return nil }
        guard let scope = facts.scope, !scope.isForLines else { throw call.errorInFormat }
        switch call.name {
        case "nbsrv":
            try call.expect(0...0, example: call.name)
            return .usableServers
        case "srv_queue":
            try call.expect(0...0, example: call.name)
            return .waiting
        case "set-var", "unset-var":
            try call.expect(1...1, example: "\(call.name)(txn.name)")
            let variable = try SampleTable.variable(call.arguments[0].text, at: call.word, call.arguments[0].offset)
            // Who shares variables with others has to tell so in a rule of its own.
            guard variable.scope != .process else {
                throw call.error(
                    "the converter '\(call.name)' takes no variable that all sessions share here",
                    help: "write a rule 'tcp-request content \(call.name)(\(call.arguments[0].text)) …'")
            }
            return call.name == "set-var" ? .setVariable(variable) : .unsetVariable(variable)
        case "regsub": return .replace(try replacement(call))
        case let name where maps.contains(name): return .map(try map(call, facts))
        default: return try question(call, scope).map { .table($0.question, $0.table) }
        }
    }

    private static func question(
        _ call: SampleReader.Call, _ scope: SampleScope
    ) throws(Diagnostic) -> (question: OutsideConverter.TableQuestion, table: Int)? {
        let name = String(call.name.dropFirst("table_".count))
        let position = elements[name] == nil ? 0 : 1
        let needed = position + 1
        let example = position == 0 ? "\(call.name)(TABLE)" : "\(call.name)(0,TABLE)"
        try call.expect(needed...(["expire", "idle"].contains(name) ? needed + 1 : needed), example: example)
        guard let table = try scope.table(of: call, at: position) else { return nil }
        if call.name == "in_table" { return (.isKnown, table) }
        if let quantity = quantities[name] { return (.quantity(quantity), table) }
        if let element = elements[name] {
            return (.element(element, Int(try call.integer(0, in: indices, example: example))), table)
        }
        let fallback = call.arguments.count > 1 ? try call.integer(1, example: "\(call.name)(TABLE,0)") : nil
        switch name {
        case "server_id": return (.serverID, table)
        case "expire": return (.timeLeft(orElse: fallback), table)
        default: return (.idleTime(orElse: fallback), table)
        }
    }

    private static func replacement(_ call: SampleReader.Call) throws(Diagnostic) -> Replacement {
        try call.expect(2...3, example: "regsub(^a,b,g)")
        let flags = call.arguments.count > 2 ? call.arguments[2].text : ""
        if let flag = flags.first(where: { !"gi".contains($0) }) {
            throw call.error("'regsub' knows no flag '\(flag)'", help: "the flags are i and g")
        }
        let pattern = call.arguments[0].text
        do {
            _ = try Regex(pattern)
        } catch {
            throw call.error(
                "'\(pattern)' is no regular expression: \(error)", help: "write one such as '^amqp[0-9]+[.]'")
        }
        return Replacement(
            pattern: pattern, text: call.arguments[1].text, isGlobal: flags.contains("g"),
            ignoresCase: flags.contains("i"))
    }

    /// `map`, `map_METHOD`, `map_METHOD_OUTPUT`.
    private static func map(
        _ call: SampleReader.Call, _ facts: SampleReader.Facts
    ) throws(Diagnostic) -> MapSearch {
        let example = "\(call.name)(FILE,default)"
        try call.expect(1...2, example: example)
        let parts = call.name.split(separator: "_").map(String.init)
        let method = parts.count > 1 ? MapSearch.Method(rawValue: parts[1]) : .str
        let output = parts.count > 2 ? MapSearch.Output(rawValue: parts[2]) : .text
        guard let method, let output else { preconditionFailure("'\(call.name)' is made of a method and an output") }
        let search = MapSearch(
            file: call.arguments[0].text, method: method, output: output,
            fallback: call.arguments.count > 1 ? call.arguments[1].text : nil)
        if let fallback = search.fallback, !MapText.isRight(fallback, for: output) {
            throw call.error(
                "'\(fallback)' is not \(output == .integer ? "a number" : "an address")",
                help: "write '\(call.name)(FILE,\(output == .integer ? "0" : "192.0.2.1"))'")
        }
        try facts.maps.take(search, at: call)
        return search
    }
}

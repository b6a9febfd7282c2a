import Model

/// The samples and converters that exist here.
///
/// - Source: HAProxy 2.6 configuration manual, sections 7.3.1 (converters) to 7.3.3 (samples at layer 4).
enum SampleTable {
    /// Samples without anything in parentheses.
    private static let plain: [String: SampleExpression.Fetch] = [
        "src": .source, "src_port": .sourcePort, "src_is_local": .isSourceLocal,
        "dst": .destination, "dst_port": .destinationPort, "dst_is_local": .isDestinationLocal,
        "bc_src": .backendSource, "bc_src_port": .backendSourcePort,
        "bc_dst": .serverAddress, "bc_dst_port": .serverPort,
        "fe_name": .frontendName, "fe_id": .frontendID, "fe_conn": .frontendConnections,
        "be_name": .backendName, "be_id": .backendID, "be_conn": .backendConnections,
        "srv_name": .serverName, "srv_id": .serverID,
        "so_name": .listenerName, "so_id": .listenerID,
        "bytes_in": .bytesIn, "bytes_out": .bytesOut,
        "date_us": .dateMicroseconds, "pid": .processID, "unique-id": .uniqueID,
        "always_true": .constant(.boolean(true)), "always_false": .constant(.boolean(false)),
        // An instance is one thread of one process.
        "thread": .constant(.integer(0)), "nbproc": .constant(.integer(1)), "proc": .constant(.integer(1)),
    ]

    /// The furthest that a date may be moved, in seconds: 100 years.
    private static let longestOffset: Int64 = 3_155_760_000
    /// The highest place in a text that a converter may name.
    private static let mostBytes: Int64 = 1_048_576

    /// Samples that take something in parentheses, and `hostname`.
    private static let others = [
        "bin", "bool", "date", "env", "hostname", "int", "ipv4", "ipv6", "rand", "str", "uuid", "var",
    ]

    /// What samples read that is not looked at here, by the beginnings of their names.
    private static let unread = [
        "base", "capture", "cook", "distcc", "fix", "hdr", "http", "method", "mqtt", "path", "payload", "query", "rdp_",
        "rep_", "req", "res", "scook", "shdr", "smtp", "ssl_", "status", "tcp.", "url", "wait_end",
    ]

    /// Finds a sample.
    ///
    /// - Parameters:
    ///   - call: its name and what stands in parentheses.
    ///   - facts: what is known where the configuration is read.
    /// - Returns: the sample.
    /// - Throws: that there is none, or what is wrong with its values.
    static func fetch(
        _ call: SampleReader.Call, _ facts: SampleReader.Facts
    ) throws(Diagnostic) -> SampleExpression.Fetch {
        if let property = SampleExpression.TLSProperty(rawValue: call.name) {
            try call.expect(0...0, example: call.name)
            return .tls(property)
        }
        if let fetch = try TLSSampleTable.fetch(call) { return fetch }
        let namesLater = facts.learnsScopeLater && !call.arguments.isEmpty && SampleScope.asksForProxy(call)
        if let fetch = plain[call.name], facts.scope?.owns(call) != true, !namesLater {
            try call.expect(0...0, example: call.name)
            return fetch
        }
        switch call.name {
        case "hostname":
            try call.expect(0...0, example: "hostname")
            return .constant(.text(facts.hostName))
        case "str":
            try call.expect(1...1, example: "str('a text')")
            return .constant(.text(call.arguments[0].text))
        case "int":
            try call.expect(1...1, example: "int(5)")
            return .constant(.integer(try call.integer(0, example: "int(5)")))
        case "bool":
            try call.expect(1...1, example: "bool(true)")
            return .constant(.boolean(try boolean(call)))
        case "bin":
            try call.expect(1...1, example: "bin(414d5150)")
            return .constant(.bytes(try bytes(call)))
        case "ipv4", "ipv6":
            let example = call.name == "ipv4" ? "ipv4(192.0.2.1)" : "ipv6(2001:db8::1)"
            try call.expect(1...1, example: example)
            let text = call.arguments[0].text
            let isRight =
                call.name == "ipv4" ? IPAddressText.bytes(ipv4: text) != nil : IPAddressText.bytes(ipv6: text) != nil
            guard isRight else {
                throw call.error(
                    "'\(text)' is no \(call.name == "ipv4" ? "IPv4" : "IPv6") address", help: "write '\(example)'")
            }
            return .constant(.address(text))
        case "env":
            try call.expect(1...1, example: "env(HOME)")
            return .constant(facts.environment[call.arguments[0].text].map { .text($0) } ?? .none)
        case "rand":
            try call.expect(0...1, example: "rand(100)")
            let largest = Int64(UInt32.max)
            let bound = call.arguments.isEmpty ? largest : try call.integer(0, in: 1...largest, example: "rand(100)")
            return .random(bound: UInt32(bound))
        case "uuid":
            try call.expect(0...1, example: "uuid(4)")
            if !call.arguments.isEmpty { _ = try call.integer(0, in: 4...4, example: "uuid(4)") }
            return .uuid
        case "date": return try date(call)
        case "var":
            try call.expect(1...1, example: "var(txn.name)")
            return .variable(try variable(call.arguments[0].text, at: call.word, call.arguments[0].offset))
        default:
            guard let fetch = try ruleSample(call, facts) else { throw unknown(call, facts) }
            return fetch
        }
    }

    /// Reads a variable's name.
    ///
    /// - Parameters:
    ///   - text: the name.
    ///   - word: the word that it stands in.
    ///   - offset: where it stands there.
    /// - Returns: the variable.
    /// - Throws: that it is none.
    static func variable(_ text: String, at word: Word, _ offset: Int = 0) throws(Diagnostic) -> SessionVariable {
        if let variable = SessionVariable(text) { return variable }
        let scopes = SessionVariable.Scope.allCases.map { "\($0.rawValue)." }.joined(separator: ", ")
        throw Diagnostic(
            severity: .error, location: word.location(at: offset), message: "'\(text)' is no variable's name",
            help: "write one such as 'txn.client': it begins with one of \(scopes)")
    }

    /// Hexadecimal digits, two a byte.
    private static func bytes(_ call: SampleReader.Call) throws(Diagnostic) -> [UInt8] {
        let digits = call.arguments[0].text.compactMap(\.hexDigitValue)
        guard digits.count == call.arguments[0].text.count, digits.count % 2 == 0 else {
            throw call.error(
                "'\(call.arguments[0].text)' is not in hexadecimal digits, two a byte", help: "write 'bin(414d5150)'")
        }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private static func boolean(_ call: SampleReader.Call) throws(Diagnostic) -> Bool {
        switch call.arguments[0].text {
        case "true", "1": return true
        case "false", "0": return false
        default: throw call.error("'bool' takes true or false", help: "write 'bool(true)'")
        }
    }

    /// `date`, `date(offset)`, `date(offset,unit)`.
    private static func date(_ call: SampleReader.Call) throws(Diagnostic) -> SampleExpression.Fetch {
        try call.expect(0...2, example: "date(0,ms)")
        let offset =
            call.arguments.isEmpty ? 0 : try call.integer(0, in: -longestOffset...longestOffset, example: "date(3600)")
        guard call.arguments.count == 2 else { return .date(offsetSeconds: offset, unitsPerSecond: 1) }
        switch call.arguments[1].text {
        case "s": return .date(offsetSeconds: offset, unitsPerSecond: 1)
        case "ms": return .date(offsetSeconds: offset, unitsPerSecond: 1_000)
        case "us": return .date(offsetSeconds: offset, unitsPerSecond: 1_000_000)
        default: throw call.error("the units of 'date' are s, ms and us", help: "write 'date(0,ms)'")
        }
    }

    /// The samples that name proxies, servers and tables, and what only rules have: what is sent.
    private static func ruleSample(
        _ call: SampleReader.Call, _ facts: SampleReader.Facts
    ) throws(Diagnostic) -> SampleExpression.Fetch? {
        guard let scope = facts.scope else { return facts.learnsScopeLater ? placeholder(call) : nil }
        if let measure = LiveSample.ProxyMeasure(rawValue: call.name) {
            return .live(.proxy(measure, try scope.proxy(of: call, isFrontend: measure.isAboutFrontend)))
        }
        if let measure = LiveSample.ServerMeasure(rawValue: call.name) {
            let place = try scope.server(of: call)
            return .live(.server(measure, proxy: place.proxy, server: place.server))
        }
        if let sample = try TableSampleReader.read(call, scope) { return .table(sample) }
        guard !scope.isForLines else { return nil }
        if let fetch = try SessionSampleTable.fetch(call, scope) { return fetch }
        return try ContentSampleTable.fetch(call)
    }

    /// Stands for a sample until it is known what its names mean; of the same kind.
    private static func placeholder(_ call: SampleReader.Call) -> SampleExpression.Fetch? {
        if let measure = LiveSample.ProxyMeasure(rawValue: call.name) { return .live(.proxy(measure, 0)) }
        if let measure = LiveSample.ServerMeasure(rawValue: call.name) {
            return .live(.server(measure, proxy: 0, server: 0))
        }
        guard TableSampleReader.names.contains(call.name), let end = call.name.firstIndex(of: "_"),
            let quantity = TableSample.Quantity(rawValue: String(call.name[call.name.index(after: end)...]))
        else { return nil }
        return .table(TableSample(.source, quantity, table: nil))
    }

    private static func unknown(_ call: SampleReader.Call, _ facts: SampleReader.Facts) -> Diagnostic {
        var names = Set(plain.keys + others + SampleExpression.TLSProperty.allCases.map(\.rawValue))
        names.formUnion(TLSSampleTable.names)
        if facts.scope != nil || facts.learnsScopeLater {
            names.formUnion(LiveSample.ProxyMeasure.allCases.map(\.rawValue))
            names.formUnion(LiveSample.ServerMeasure.allCases.map(\.rawValue))
            names.formUnion(TableSampleReader.names)
        }
        if facts.scope?.isForLines == false {
            names.formUnion(SessionSampleTable.names)
            names.formUnion(ContentSampleTable.names)
        }
        let list = "the samples are \(names.sorted().joined(separator: ", "))"
        if unread.contains(where: { call.name.hasPrefix($0) }) {
            return call.error(
                "sample '\(call.name)' reads what is sent, which is not looked at here", help: list)
        }
        if SessionSampleTable.names.contains(call.name) { return call.errorInFormat }
        if let reason = RefusedSamples.reason(for: call.name) {
            return call.error("the sample '\(call.name)' is not supported here: \(reason)", help: list)
        }
        let closest = Suggestion.closest(to: call.name, among: names)
        return call.error(
            "there is no sample '\(call.name)' here", help: closest.map { "did you mean '\($0)'?" } ?? list)
    }

    // MARK: Converters

    private static let converterNames =
        SampleExpression.Arithmetic.allCases.map(\.rawValue) + SampleExpression.Logic.allCases.map(\.rawValue)
        + ["base64", "bytes", "field", "hex", "ipmask", "length", "lower", "ltime", "upper", "utime", "word"]
        + ConverterTable.names

    /// Finds a converter.
    ///
    /// - Parameters:
    ///   - call: its name and what stands in parentheses.
    ///   - facts: what is known where the configuration is read.
    /// - Returns: the converter.
    /// - Throws: that there is none, or what is wrong with its values.
    static func converter(
        _ call: SampleReader.Call, _ facts: SampleReader.Facts
    ) throws(Diagnostic) -> SampleExpression.Converter {
        if let operation = SampleExpression.Arithmetic(rawValue: call.name) {
            let example = "\(call.name)(5)"
            try call.expect(1...1, example: example)
            if let variable = SessionVariable(call.arguments[0].text) { return .arithmeticWith(operation, variable) }
            return .arithmetic(operation, try call.integer(0, example: example))
        }
        if let operation = SampleExpression.Logic(rawValue: call.name) {
            try call.expect(0...0, example: call.name)
            return .logic(operation)
        }
        switch call.name {
        case "upper", "lower", "length", "hex", "base64":
            try call.expect(0...0, example: call.name)
            return simple(call.name)
        case "bytes":
            try call.expect(1...2, example: "bytes(0,4)")
            let offset = Int(try call.integer(0, in: 0...mostBytes, example: "bytes(0,4)"))
            guard call.arguments.count == 2 else { return .bytes(offset: offset, length: nil) }
            return .bytes(offset: offset, length: Int(try call.integer(1, in: 0...mostBytes, example: "bytes(0,4)")))
        case "field", "word": return try part(call)
        case "ipmask":
            try call.expect(1...2, example: "ipmask(24,64)")
            let ipv4 = try mask(call)
            guard call.arguments.count == 2 else { return .mask(ipv4: ipv4, ipv6: nil) }
            return .mask(ipv4: ipv4, ipv6: Int(try call.integer(1, in: 0...128, example: "ipmask(24,64)")))
        case "ltime", "utime":
            let example = "\(call.name)('%H:%M:%S')"
            try call.expect(1...2, example: example)
            let offset =
                call.arguments.count < 2 ? 0 : try call.integer(1, in: -longestOffset...longestOffset, example: example)
            return .time(format: call.arguments[0].text, offsetSeconds: offset, isLocal: call.name == "ltime")
        default:
            if let converter = try ConverterTable.converter(call) { return converter }
            if let converter = try OutsideConverterTable.converter(call, facts) { return .outside(converter) }
            let names = converterNames + (facts.scope == nil ? [] : OutsideConverterTable.names)
            let list = "the converters are \(names.sorted().joined(separator: ", "))"
            if let reason = ConverterTable.unread[call.name] ?? RefusedSamples.reason(for: call.name) {
                throw call.error("the converter '\(call.name)' is not supported here: \(reason)", help: list)
            }
            let closest = Suggestion.closest(to: call.name, among: names)
            throw call.error(
                "there is no converter '\(call.name)' here", help: closest.map { "did you mean '\($0)'?" } ?? list)
        }
    }

    /// `field(n,delimiters[,count])`, `word(n,delimiters[,count])`.
    private static func part(_ call: SampleReader.Call) throws(Diagnostic) -> SampleExpression.Converter {
        let example = "\(call.name)(1,.)"
        try call.expect(2...3, example: example)
        let position = Int(try call.integer(0, in: -mostBytes...mostBytes, example: example))
        guard position != 0 else { throw call.error("'\(call.name)' counts from 1", help: "write '\(example)'") }
        let delimiters = call.arguments[1].text
        let isWord = call.name == "word"
        guard call.arguments.count == 3 else {
            return isWord ? .word(position, delimiters: delimiters) : .field(position, delimiters: delimiters)
        }
        let count = Int(try call.integer(2, in: 0...mostBytes, example: "\(call.name)(1,.,2)"))
        return .change(.parts(position, delimiters: delimiters, count: count, omitsEmpty: isWord))
    }

    /// `24`, `255.255.255.0`.
    private static func mask(_ call: SampleReader.Call) throws(Diagnostic) -> Int {
        if let bytes = IPAddressText.bytes(ipv4: call.arguments[0].text) {
            let bits = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let length = (~bits).leadingZeroBitCount
            if bits.trailingZeroBitCount == 32 - length { return length }
        }
        return Int(try call.integer(0, in: 0...32, example: "ipmask(24,64)"))
    }

    private static func simple(_ name: String) -> SampleExpression.Converter {
        switch name {
        case "upper": .upper
        case "lower": .lower
        case "length": .length
        case "hex": .hex
        default: .base64
        }
    }
}

import Model

/// The samples of what one side has sent.
///
/// - Source: HAProxy 2.6 configuration manual, sections 7.3.5 and 7.3.6, with the older names that it lists.
enum ContentSampleTable {
    private static let plain: [String: ContentSample] = [
        "req.len": .length, "req_len": .length,
        "req.ssl_hello_type": .tlsHelloType, "req_ssl_hello_type": .tlsHelloType,
        "req.ssl_ver": .tlsVersion, "req_ssl_ver": .tlsVersion,
        "req.ssl_sni": .tlsServerName, "req_ssl_sni": .tlsServerName,
        "wait_end": .waitEnd,
    ]

    /// Those of what the server answers.
    private static let answers: [String: ContentSample] = [
        "res.len": .length, "res.ssl_hello_type": .tlsHelloType, "rep_ssl_hello_type": .tlsHelloType,
    ]

    private static let others = [
        "payload", "payload_lv", "req.payload", "req.payload_lv", "res.payload", "res.payload_lv",
    ]

    /// The furthest that is looked into what a side sends, in bytes: what HAProxy's buffers hold.
    static let most: Int64 = 16_384

    /// Their names.
    static let names = Array(plain.keys) + Array(answers.keys) + others

    /// Finds one.
    ///
    /// - Parameter call: its name and what stands in parentheses.
    /// - Returns: `nil` where there is none of that name.
    /// - Throws: what is wrong with its values.
    static func fetch(_ call: SampleReader.Call) throws(Diagnostic) -> SampleExpression.Fetch? {
        if let sample = plain[call.name] {
            try call.expect(0...0, example: call.name)
            return .content(sample)
        }
        if let sample = answers[call.name] {
            try call.expect(0...0, example: call.name)
            return .answer(sample)
        }
        switch call.name {
        case "payload", "req.payload": return .content(try payload(call))
        case "payload_lv", "req.payload_lv": return .content(try counted(call))
        case "res.payload": return .answer(try payload(call))
        case "res.payload_lv": return .answer(try counted(call))
        default: return nil
        }
    }

    private static func payload(_ call: SampleReader.Call) throws(Diagnostic) -> ContentSample {
        let example = "\(call.name)(0,4)"
        try call.expect(2...2, example: example)
        let offset = try call.integer(0, in: 0...most, example: example)
        let length = try call.integer(1, in: 0...most - offset, example: example)
        return .payload(offset: Int(offset), length: Int(length))
    }

    /// `payload_lv(offset1,length[,offset2])`; a sign before the last one counts it from the end of the number.
    private static func counted(_ call: SampleReader.Call) throws(Diagnostic) -> ContentSample {
        let example = "\(call.name)(0,2)"
        try call.expect(2...3, example: example)
        let offset = try call.integer(0, in: 0...most, example: example)
        let size = try call.integer(1, in: 1...8, example: example)
        var start = offset + size
        if call.arguments.count == 3 {
            let other = try call.integer(2, in: -most...most, example: example)
            let isRelative = call.arguments[2].text.hasPrefix("+") || call.arguments[2].text.hasPrefix("-")
            start = isRelative ? start + other : other
        }
        guard (0...most).contains(start) else {
            throw call.error("'\(call.name)' reads nothing there", help: "write '\(example)'")
        }
        return .counted(CountedPayload(lengthOffset: Int(offset), lengthSize: Int(size), start: Int(start)))
    }
}

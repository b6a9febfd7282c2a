import Foundation
import Model
import TLS

/// The converters of texts and bytes, of hashes and digests.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3.1, and what HAProxy 2.6.12 takes.
enum ConverterTable {
    private static let bits: [Int64] = [224, 256, 384, 512]
    private static let units: [String: Int64] = ["s": 1, "ms": 1_000, "us": 1_000_000]
    /// The most bytes of a group.
    private static let longestGroup: Int64 = 1_024

    /// Their names.
    static let names =
        SampleExpression.Hash.allCases.map(\.rawValue) + SampleExpression.Codec.allCases.map(\.rawValue)
        + [
            "add_item", "be2dec", "be2hex", "concat", "digest", "hmac", "http_date", "iif", "json", "ltrim", "rtrim",
            "secure_memcmp", "sha1", "sha2", "strcmp", "url_dec", "url_enc",
        ]

    /// What converters read that is not looked at here, by their names.
    static let unread: [String: String] = [
        "aes_gcm_dec": "it decrypts", "capture-req": "it keeps parts of HTTP requests",
        "capture-res": "it keeps parts of HTTP answers", "debug": "it writes into a ring for developers",
        "fix_is_valid": "it reads FIX", "fix_tag_value": "it reads FIX", "json_query": "it reads JSON",
        "jwt_header_query": "it reads web tokens", "jwt_payload_query": "it reads web tokens",
        "jwt_verify": "it reads web tokens", "language": "it reads a header of HTTP",
        "mqtt_field_value": "it reads MQTT", "mqtt_is_valid": "it reads MQTT", "protobuf": "it reads protocol buffers",
        "ungrpc": "it reads gRPC",
    ]

    /// Finds one.
    ///
    /// - Parameter call: its name and what stands in parentheses.
    /// - Returns: `nil` where there is none of that name.
    /// - Throws: what is wrong with its values.
    static func converter(_ call: SampleReader.Call) throws(Diagnostic) -> SampleExpression.Converter? {
        if let hash = SampleExpression.Hash(rawValue: call.name) {
            try call.expect(0...1, example: call.name)
            return .hash(hash, call.arguments.isEmpty ? 0 : try call.integer(0, example: "\(call.name)(1)"))
        }
        if let codec = SampleExpression.Codec(rawValue: call.name) {
            try call.expect(0...0, example: call.name)
            return .codec(codec)
        }
        switch call.name {
        case "sha1":
            try call.expect(0...0, example: "sha1")
            return .digest("sha1")
        case "sha2":
            try call.expect(0...1, example: "sha2(256)")
            let size = call.arguments.isEmpty ? 256 : try call.integer(0, example: "sha2(256)")
            guard bits.contains(size) else {
                throw call.error("'sha2' has no \(size) bits", help: "write 224, 256, 384 or 512")
            }
            return .digest("sha\(size)")
        case "digest":
            try call.expect(1...1, example: "digest(sha256)")
            return .digest(try digest(call))
        case "hmac":
            try call.expect(2...2, example: "hmac(sha256,txn.key)")
            return .authentication(digest: try digest(call), key: try key(call))
        default: return try change(call).map { .change($0) }
        }
    }

    private static func digest(_ call: SampleReader.Call) throws(Diagnostic) -> String {
        let name = call.arguments[0].text
        guard Digest.exists(name) else {
            throw call.error("OpenSSL has no digest '\(name)'", help: "write one such as 'sha256'")
        }
        return name
    }

    private static func key(_ call: SampleReader.Call) throws(Diagnostic) -> SampleExpression.Key {
        let text = call.arguments[1].text
        if let variable = SessionVariable(text) { return .variable(variable) }
        guard let bytes = Data(base64Encoded: text) else {
            throw call.error(
                "'\(text)' is neither a key in base64 nor a variable", help: "write one such as 'c2VjcmV0' or 'txn.key'"
            )
        }
        return .bytes(Array(bytes))
    }

    private static func change(_ call: SampleReader.Call) throws(Diagnostic) -> SampleExpression.TextChange? {
        let texts = call.arguments.map(\.text)
        switch call.name {
        case "ltrim", "rtrim":
            try call.expect(1...1, example: "\(call.name)(' ')")
            return call.name == "ltrim" ? .trimStart(texts[0]) : .trimEnd(texts[0])
        case "concat":
            try call.expect(0...3, example: "concat(<,txn.name,>)")
            let middle = try variable(call, 1)
            return .concat(texts.first ?? "", middle, texts.count > 2 ? texts[2] : "")
        case "add_item":
            try call.expect(2...3, example: "add_item(;,txn.name)")
            let item = try variable(call, 1)
            return .addItem(texts[0], item, texts.count > 2 ? texts[2] : "")
        case "strcmp", "secure_memcmp":
            try call.expect(1...1, example: "\(call.name)(txn.name)")
            let other = try SampleTable.variable(texts[0], at: call.word, call.arguments[0].offset)
            return call.name == "strcmp" ? .compare(other) : .isEqual(other)
        case "iif":
            try call.expect(2...2, example: "iif(yes,no)")
            return .choose(texts[0], texts[1])
        case "json":
            try call.expect(0...1, example: "json(utf8s)")
            guard let input = SampleExpression.JSONInput(rawValue: texts.first ?? "ascii") else {
                throw call.error(
                    "'json' knows no code '\(texts[0])'", help: "write ascii, utf8, utf8s, utf8p or utf8ps")
            }
            return .json(input)
        case "url_dec":
            try call.expect(0...1, example: "url_dec(1)")
            return .fromURL(isForm: call.arguments.isEmpty ? false : try call.integer(0, example: "url_dec(1)") != 0)
        case "url_enc":
            try call.expect(0...1, example: "url_enc")
            guard texts.isEmpty || texts[0] == "query" else {
                throw call.error("'url_enc' knows no part '\(texts[0])' of an address", help: "write 'url_enc(query)'")
            }
            return .toURL
        case "http_date":
            try call.expect(0...2, example: "http_date(0,ms)")
            let offset = texts.isEmpty ? 0 : try call.integer(0, example: "http_date(0,ms)")
            guard let unit = units[texts.count > 1 ? texts[1] : "s"] else {
                throw call.error("the units of 'http_date' are s, ms and us", help: "write 'http_date(0,ms)'")
            }
            return .httpDate(offset: offset, unitsPerSecond: unit)
        case "be2dec":
            let example = "be2dec(:,2)"
            try call.expect(2...3, example: example)
            let size = try call.integer(1, in: 1...8, example: example)
            return .decimalGroups(separator: texts[0], size: Int(size), dropsRest: try dropsRest(call, example))
        case "be2hex":
            let example = "be2hex(:,2)"
            try call.expect(0...3, example: example)
            guard !call.arguments.isEmpty else {
                return .hexadecimalGroups(separator: "", size: Int(longestGroup), dropsRest: false)
            }
            try call.expect(2...3, example: example)
            let size = try call.integer(1, in: 1...longestGroup, example: example)
            return .hexadecimalGroups(separator: texts[0], size: Int(size), dropsRest: try dropsRest(call, example))
        default: return nil
        }
    }

    private static func variable(_ call: SampleReader.Call, _ position: Int) throws(Diagnostic) -> SessionVariable? {
        guard call.arguments.indices.contains(position), !call.arguments[position].text.isEmpty else { return nil }
        let argument = call.arguments[position]
        return try SampleTable.variable(argument.text, at: call.word, argument.offset)
    }

    private static func dropsRest(_ call: SampleReader.Call, _ example: String) throws(Diagnostic) -> Bool {
        call.arguments.count < 3 ? false : try call.integer(2, example: example) != 0
    }
}

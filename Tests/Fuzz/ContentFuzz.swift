import Configuration

/// Has the rules of a file look at whatever libFuzzer makes up as the first bytes of a client; the first byte chooses the
/// rule.
///
/// However little of it has come, a rule decides or waits, and once nothing more is waited for, it decides.
@_cdecl("LLVMFuzzerTestOneInput")
public func lookAtContent(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    guard let first = bytes.first else { return 0 }
    let condition = conditions[Int(first) % conditions.count]
    let sent = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    // `tables` is made and used by libFuzzer's only thread.
    let expressions = tables
    for length in Set([0, 1, sent.count / 2, sent.count - 1, sent.count]) where (0...sent.count).contains(length) {
        let piece = UnsafeRawBufferPointer(rebasing: sent[..<length])
        for isFinal in [false, true] {
            let verdict = ConditionVerdict(of: condition, isFinal: isFinal, expressions) { fetch in
                guard case .content(let sample) = fetch else { return .pending }
                return SentContent(bytes: piece, isComplete: isFinal).reading(of: sample)
            }
            if case .undecided = verdict, isFinal { preconditionFailure("what nothing more can decide is decided") }
        }
    }
    return 0
}

private nonisolated(unsafe) let tables = ExpressionTable()

private let conditions: [RuleCondition] = {
    let tests = [
        "req.len gt 10", "req.len lt 5", "!{ req.len 3 } { req.payload(0,2) -m bin 0102 }",
        "{ req.payload(0,0),lower -m beg ab } || { req.payload(2,4),hex -m reg ^6[0-9]+ }",
        "{ req.payload_lv(0,2) -m found } { req.payload_lv(1,1,3) -m len 2:5 }", "{ req.ssl_hello_type 1 }",
        "{ req.ssl_ver ge 3.1 }", "{ req.ssl_sni -m found }", "{ req.ssl_sni,lower -m end .example } || { wait_end }",
        "{ req.ssl_sni -m dom example } { req.ssl_hello_type 1 }", "{ req.payload(1,3) -m sub \"a b\" } !{ wait_end }",
        "{ req.payload(0,0),upper -m dir x } || { req.payload(3,1),hex -m str 0A }",
    ]
    var text = "listen l\n    bind 127.0.0.1:5672\n    mode tcp\n    tcp-request inspect-delay 1s\n"
    for test in tests {
        text += "    tcp-request content accept if \(test.contains("{") ? test : "{ \(test) }")\n"
    }
    text += "    server s 127.0.0.1:5673\n"
    let parsed = ConfigurationReader.parse(text, file: "fuzz.cfg", instance: "fuzz", environment: [:])
    guard let configuration = parsed.configuration else {
        preconditionFailure("the rules are right: \(parsed.diagnostics)")
    }
    return configuration.proxies[0].rules.request.gates.compactMap(\.condition)
}()

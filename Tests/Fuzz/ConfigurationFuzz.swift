import Configuration

/// Reads whatever libFuzzer makes up as a configuration, and says what is wrong with it as a terminal would show it.
///
/// The rule is that of the tests of damaged files: reading ends with a configuration or with at least one error, and every
/// message has words. A crash, a trap, a hang or a broken rule ends the run.
@_cdecl("LLVMFuzzerTestOneInput")
public func readConfiguration(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let parsed = ConfigurationReader.parse(
        bytes, file: "fuzz.cfg", instance: "fuzz", environment: ["NAME": "value", "PORT": "5672", "EMPTY": ""])
    let hasError = parsed.diagnostics.contains { $0.severity == .error }
    precondition((parsed.configuration == nil) == hasError, "a file is valid, or something is said against it")
    for diagnostic in parsed.diagnostics {
        precondition(!diagnostic.message.isEmpty, "a message has words")
        precondition(!diagnostic.rendered(color: false).isEmpty && !diagnostic.rendered(color: true).isEmpty)
    }
    // The evaluator of `haproxy -cc` gets the text without the lexer before it.
    let facts = Condition.Facts(environment: ["NAME": "value"], features: ["EPOLL"], version: "2.6.12")
    do { _ = try Condition.evaluate(String(decoding: bytes, as: UTF8.self), facts) } catch {
        precondition(!error.description.isEmpty, "a message has words")
    }
    return 0
}

import Testing

@testable import TLS

/// Codes of messages, by the examples of their standard.
@Suite("message codes")
struct MessageCodeTests {
    /// RFC 4231, sections 4.2, 4.3 and 4.7.
    @Test(
        "are those of RFC 4231",
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func standard(key: [UInt8], message: String, code: String) throws {
        let made = try #require(MessageCode.sha256(of: Array(message.utf8), key: key))
        let digits = made.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(digits == code)
    }
}

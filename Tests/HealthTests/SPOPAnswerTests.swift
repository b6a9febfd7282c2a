import Testing

@testable import Health

/// Frames of agents, right and wrong; what is said of each is HAProxy's.
@Suite("SPOPAnswer")
struct SPOPAnswerTests {
    private static func field(_ name: String, _ type: UInt8, _ value: [UInt8]) -> [UInt8] {
        [UInt8(name.utf8.count)] + Array(name.utf8) + [type] + value
    }

    private static func text(_ name: String, _ value: String) -> [UInt8] {
        field(name, 8, [UInt8(value.utf8.count)] + Array(value.utf8))
    }

    private static func frame(
        _ payload: [UInt8], type: UInt8 = 101, flags: UInt8 = 1, numbers: [UInt8] = [0, 0]
    ) -> [UInt8] { [type, 0, 0, 0, flags] + numbers + payload }

    private static func hello(version: String = "2.0", length: [UInt8] = [0xFC, 0xF0, 0x06]) -> [UInt8] {
        text("version", version) + field("max-frame-size", 3, length) + text("capabilities", "")
    }

    @Test(
        "greetings",
        arguments: [
            (frame(hello()), nil), (frame(hello(version: " 2.0\t")), nil), (frame(hello(version: "02.00")), nil),
            (frame(hello(version: "2")), "unsupported version"), (frame(hello(version: "2.1")), "unsupported version"),
            (frame(hello(length: [100])), "max-frame-size too big or too small"),
            // 256, 255 and 16381.
            (frame(hello(length: [0xF0, 0x01])), nil),
            (frame(hello(length: [0xFF, 0x00])), "max-frame-size too big or too small"),
            (frame(hello(length: [0xFD, 0xF0, 0x06])), "max-frame-size too big or too small"),
            (
                frame(hello(length: Array(repeating: 0xFF, count: 12) + [1])),
                "max-frame-size too big or too small"
            ),
            (frame(text("version", "2.0")), "max-frame-size value not found"),
            (frame([]), "version value not found"),
            (frame(hello() + field("ip", 6, [127, 0, 0, 1]) + field("six", 7, [UInt8](repeating: 0, count: 16))), nil),
            (frame(hello() + field("bytes", 9, [1, 7]) + field("flag", 0x11, []) + field("none", 0, [])), nil),
            (frame(hello() + field("new", 15, [])), nil),
            (frame(hello() + [1]), "invalid frame received"),
            (frame([0, 8, 0] + hello()), "invalid frame received"),
            (frame(field("version", 3, [2])), "invalid frame received"),
            (frame(field("capabilities", 3, [2])), "invalid frame received"),
            (frame(hello(), type: 103), "invalid frame received"),
            (frame(hello(), flags: 0), "fragmentation not supported"),
            (frame(hello(), flags: 3), nil),
            (frame(hello(), numbers: [1, 0]), "invalid frame received"),
            ([], "invalid frame received"), ([101, 0, 0, 0, 1], "invalid frame received"),
        ] as [([UInt8], String?)])
    func greetings(frame: [UInt8], fault: String?) {
        #expect(SPOPAnswer.fault(of: frame[...]) == fault)
    }

    @Test(
        "goodbyes",
        arguments: [
            (field("status-code", 3, [0]) + text("message", "normal"), "normal"),
            (field("status-code", 3, [2]) + text("message", "own words"), "a timeout occurred"),
            (field("status-code", 3, [13]), "resource allocation error"),
            (field("status-code", 3, [50]), "an unknown error occurred"),
            (field("status-code", 3, [99]), "an unknown error occurred"),
            (text("message", "own words"), "normal"), ([], "normal"), (text("other", "x"), "normal"),
            (text("status-code", "2"), "invalid frame received"),
            (field("message", 3, [1]), "invalid frame received"),
        ] as [([UInt8], String)])
    func goodbyes(payload: [UInt8], fault: String) {
        #expect(SPOPAnswer.fault(of: Self.frame(payload, type: 102)[...]) == fault)
    }
}

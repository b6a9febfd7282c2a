import Balancing
import Testing

@testable import Proxy

/// The bytes are those that two processes of HAProxy 2.6.12 sent to each other.
@Suite("What peers say")
struct PeerCodecTests {
    private func bytes(_ digits: String) -> [UInt8] {
        stride(from: 0, to: digits.utf8.count, by: 2).compactMap {
            let start = digits.index(digits.startIndex, offsetBy: $0)
            return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)
        }
    }

    private func messages(_ decoder: inout PeerDecoder, _ bytes: [UInt8]) -> [PeerMessage] {
        var rest = bytes[...]
        var messages: [PeerMessage] = []
        while case .message(let message, let length) = decoder.read(rest) {
            messages.append(message)
            rest = rest.dropFirst(length)
        }
        return messages
    }

    private static let definition = "0a821501016c0404ff808301f0d9dc0c03f0d30805f0e203"
    private static let lesson =
        definition
        + "0a85230000000a0036eb067f000001010000f3bfa2d102000002ff2a020000020404010273310a820c0201740611f0f13e"
        + "f0d9dc0c0a850f000000010036eb480568656c6c6f0500020003"

    @Test("a lesson is read as HAProxy teaches it")
    func lesson() throws {
        var decoder = PeerDecoder()
        let found = messages(&decoder, bytes(Self.lesson))
        try #require(found.count == 6)
        guard case .definition(let table) = found[0], case .update(let update) = found[1],
            case .definition(let other) = found[2], case .update(let text) = found[3]
        else { Issue.record("\(found)"); return }
        func value(_ data: PeerData) -> PeerValue? { table.data.firstIndex(of: data).map { update.values[$0] } }
        #expect(table.number == 1 && table.name == "l" && table.keyKind == .ipv4 && table.lifetime == 3_600_000)
        #expect(table.periods == [.generalPurposeRate: 20_000, .connectionRate: 10_000])
        #expect(update.number == 10 && update.millisecondsLeft == 3_599_110 && update.key == .ipv4(0x7F00_0001))
        #expect(value(.serverID) == .number(1) && value(.serverKey) == .text("s1"))
        #expect(value(.connectionRate) == .rate(age: 927, current: 2, previous: 0))
        #expect(value(.connections) == .number(2) && value(.bytesIn) == .number(4))
        #expect(other.name == "t" && other.keyKind == .text(length: 16) && other.data == [.second])
        #expect(text.key == .text("hello") && text.values == [.number(5)])
        #expect(found[4...] == [.resyncPartial, .resyncConfirm])
    }

    @Test("a name that was said with its number is known by it")
    func names() {
        var decoder = PeerDecoder()
        _ = messages(&decoder, bytes(Self.lesson))
        let again = messages(
            &decoder,
            bytes(Self.definition)
                + bytes("0a801c0000000a7f000001010000f3bfa2d102000002ff2a020000020401010a84050100000004"))
        guard again.count == 3, case .update(let update) = again[1] else { Issue.record("\(again)"); return }
        #expect(update.values.last == .text("s1") && update.millisecondsLeft == nil)
        #expect(again[2] == .acknowledgement(table: 1, update: 4))
    }

    @Test("what is written is what HAProxy writes, and is read again")
    func written() throws {
        var decoder = PeerDecoder()
        let found = messages(&decoder, bytes(Self.lesson))
        var encoder = PeerEncoder()
        var output: [UInt8] = []
        var table: PeerTable?
        for message in found {
            if case .definition(let defined) = message { table = defined }
            encoder.append(message, in: table, to: &output)
        }
        #expect(output == bytes(Self.lesson))
    }

    @Test("numbers of every length come back", arguments: [0, 1, 239, 240, 2_287, 2_288, 264_431, 264_432, .max])
    func numbers(number: UInt64) {
        var bytes: [UInt8] = []
        PeerNumber.append(number, to: &bytes)
        var reader = PeerReader(bytes[...])
        #expect(reader.number() == number && reader.left == 0 && bytes.count <= PeerNumber.mostBytes)
    }

    @Test("whatever is cut off waits, and whatever can't be is refused")
    func damage() {
        let lesson = bytes(Self.lesson)
        for length in 0..<lesson.count {
            var decoder = PeerDecoder()
            var rest = lesson[..<length]
            reading: while true {
                switch decoder.read(rest) {
                case .message(_, let length): rest = rest.dropFirst(length)
                case .incomplete: break reading
                case .malformed: Issue.record("cut at \(length)"); return
                }
            }
        }
        for wrong in [
            "0a80050000000100", "0a82020101", "0a83017f", "0a84020100", "0a80f0ffffffff7f",
            "0a85ffffffffffffffffffffffff",
        ] {
            var decoder = PeerDecoder()
            #expect(decoder.read(bytes(wrong)[...]) == .malformed, "\(wrong)")
        }
    }
}

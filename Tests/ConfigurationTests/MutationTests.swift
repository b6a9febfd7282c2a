import Foundation
import Seeds
import Testing

@testable import Configuration

/// Whatever is done to a file, reading it ends with a configuration or with at least one error, never with a crash.
@Suite("Damaged files")
struct MutationTests {
    private func seed(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Folder.instances.appending(path: "\(name).cfg")))
    }

    private func expectVerdict(_ bytes: [UInt8], _ what: @autoclosure () -> String) {
        let parsed = ConfigurationReader.parse(bytes, file: "x.cfg", instance: "x", environment: ["A": "b"])
        let hasError = parsed.diagnostics.contains { $0.severity == .error }
        if (parsed.configuration == nil) != hasError {
            Issue.record("\(what()): \(parsed.lines)")
        }
        for diagnostic in parsed.diagnostics where diagnostic.rendered(color: true).isEmpty {
            Issue.record("\(what()): an empty message")
        }
    }

    @Test("cut off after any byte", arguments: ["cluster", "warren"])
    func truncated(name: String) throws {
        let bytes = try seed(name)
        #expect(bytes.count > 700)
        for length in 0...bytes.count {
            expectVerdict(Array(bytes[..<length]), "\(name) cut off after \(length) bytes")
        }
    }

    @Test("any byte left out or replaced", arguments: [UInt8?.none, 0x00, 0x0A, 0x20, 0x22, 0x5C, 0xFF])
    func replaced(by byte: UInt8?) throws {
        let bytes = try seed("warren")
        for index in bytes.indices {
            var damaged = bytes
            if let byte { damaged[index] = byte } else { damaged.remove(at: index) }
            expectVerdict(damaged, "byte \(index) replaced by \(byte.map(String.init) ?? "nothing")")
        }
    }

    @Test("lines in any order", arguments: 0..<100 as Range<UInt64>)
    func shuffled(seed number: UInt64) throws {
        var generator = SeededGenerator(seed: number)
        let golden = try ["many-mistakes", "every-kind-of-answer"].reduce(into: Data()) { text, name in
            text += try Data(contentsOf: Folder.golden.appending(path: "\(name).cfg"))
        }
        let lines = (try seed("cluster") + golden).split(separator: UInt8(ascii: "\n"))
        let chosen = lines.shuffled(using: &generator).prefix(40)
        expectVerdict(
            Array(chosen.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")],
            "lines shuffled with \(number)")
    }

    @Test("words of every keyword in any order", arguments: 0..<200 as Range<UInt64>)
    func shuffledWords(seed number: UInt64) throws {
        var generator = SeededGenerator(seed: number)
        let golden = try Data(contentsOf: Folder.golden.appending(path: "every-kind-of-answer.cfg"))
        let more = """
            maxconnrate 100 balance leastconn random(3) hash-type consistent crc32 hash-balance-factor 150 rate-limit sessions
            source 192.0.2.9:1-5 interface eth0 option tcpka redispatch -2 slowstart 10s minconn send-proxy-v2 accept-proxy
            use_backend x if { dst_port 1:5 } unless !acl acl low resolvers dns hold valid nameserver one init-addr last,none
            track x/one observe layer4 error-limit on-error mark-down server-template 1-3 abns@x fd@3 :+1 :-1 mss -5 .elif 0

            """
        let words = (golden + Data(more.utf8)).split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: " ") }
        var text = Array("global\nlisten x\n".utf8)
        for _ in 0..<60 {
            for _ in 0..<Int.random(in: 1...5, using: &generator) {
                text += words.randomElement(using: &generator).map { Array($0) } ?? []
                text.append(UInt8(ascii: " "))
            }
            text.append(UInt8(ascii: "\n"))
        }
        expectVerdict(text, "words shuffled with \(number)")
    }

    @Test("random bytes", arguments: 0..<100 as Range<UInt64>)
    func random(seed number: UInt64) throws {
        var generator = SeededGenerator(seed: number)
        let alphabet = Array("listen bind server global\n\n \"'\\$#{}-[]*:0123456789.\u{00E9}\r\t".utf8)
        let bytes = (0..<300).compactMap { _ in alphabet.randomElement(using: &generator) }
        expectVerdict(Array("listen x\n".utf8) + bytes, "random bytes of \(number)")
    }

    @Test("words of the language in any order", arguments: 0..<100 as Range<UInt64>)
    func randomWords(seed number: UInt64) throws {
        var generator = SeededGenerator(seed: number)
        let words =
            ProxyKeywords.table.names + ServerKeywords.table.names + BindKeywords.table.names
            + GlobalKeywords.table.names + [
                "listen", "frontend", "backend", "defaults", "global", "from", "no", "a", "b", "127.0.0.1:1", ":2",
                "[::]:3", "5s", "0",
                "-1", "99999999999999999999", "tcp", "http", "if", "TRUE", "/x", "local0", "info", "\"$A\"", "1-9",
                "x:1",
            ]
        var text = "listen a\n"
        for _ in 0..<60 {
            let count = Int.random(in: 1...5, using: &generator)
            text += (0..<count).compactMap { _ in words.randomElement(using: &generator) }.joined(separator: " ") + "\n"
        }
        expectVerdict(Array(text.utf8), "words of \(number)")
    }
}

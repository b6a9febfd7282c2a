import Seeds
import Testing

@testable import EventLoop

@Suite("messages of name servers")
struct NameMessageTests {
    private static let question = NameQuestion(name: "app.test", kind: .ipv4)

    private func answer(
        _ records: [[UInt8]], to question: NameQuestion = question, flags: [UInt8] = [0x81, 0x80]
    ) throws -> [UInt8] {
        var bytes = try #require(question.message(identifier: 0x1234, payload: 512))
        // The question without the record about the answer's size.
        bytes.removeLast(11)
        bytes.replaceSubrange(2..<4, with: flags)
        bytes.replaceSubrange(6..<12, with: [0, UInt8(records.count), 0, 0, 0, 0])
        return bytes + records.joined()
    }

    /// A record about the name at an offset of the message.
    private func record(_ kind: UInt8, _ data: [UInt8], owner: UInt8 = 12) -> [UInt8] {
        [0xC0, owner, 0, kind, 0, 1, 0, 0, 0, 60, 0, UInt8(data.count)] + data
    }

    private func hosts(_ content: NameAnswer.Content?) -> [String]? {
        guard case .addresses(let endpoints)? = content else { return nil }
        return endpoints.map(\.host)
    }

    @Test("a question says what is asked for and how large the answer may be")
    func question() throws {
        let message = try #require(Self.question.message(identifier: 0x1234, payload: 4_096))
        #expect(
            message == [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]
                + [3] + Array("app".utf8) + [4] + Array("test".utf8) + [0, 0, 1, 0, 1]
                + [0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0])
        let service = NameQuestion(name: "_amqp._tcp.test.", kind: .service)
        #expect(service.message(identifier: 1, payload: 512) != nil)
    }

    @Test(
        "what can be no name is not asked for",
        arguments: [
            "", "a..b", String(repeating: "a", count: 64), String(repeating: "a.", count: 130),
        ])
    func noName(name: String) {
        #expect(NameQuestion(name: name, kind: .ipv4).message(identifier: 1, payload: 512) == nil)
    }

    @Test("addresses of both kinds are read, also those of the name that a name stands for")
    func addresses() throws {
        let two = try answer([record(1, [127, 0, 0, 8]), record(1, [127, 0, 0, 9])])
        let answer = try #require(NameAnswer(two, to: Self.question))
        #expect(answer.identifier == 0x1234)
        #expect(hosts(answer.content) == ["127.0.0.8", "127.0.0.9"])
        let six = NameQuestion(name: "App.Test", kind: .ipv6)
        let loopback = [UInt8](repeating: 0, count: 15) + [1]
        #expect(hosts(NameAnswer(try self.answer([record(28, loopback)], to: six), to: six)?.content) == ["::1"])
        // `real` followed by the end of the question's name; its owner stands in the first record's data.
        let alias = record(5, [4] + Array("real".utf8) + [0xC0, 16])
        let offset = UInt8(12 + 14 + 12)
        let chain = try self.answer([alias, record(1, [127, 0, 0, 7], owner: offset)])
        #expect(hosts(NameAnswer(chain, to: Self.question)?.content) == ["127.0.0.7"])
    }

    @Test("services are read with port, weight and target")
    func services() throws {
        let question = NameQuestion(name: "_amqp._tcp.test", kind: .service)
        let data: [UInt8] = [0, 1, 1, 2, 0x16, 0x28, 1] + Array("a".utf8) + [4] + Array("test".utf8) + [0]
        let answer = NameAnswer(try answer([record(33, data)], to: question), to: question)
        #expect(answer?.content == .services([.init(target: "a.test", port: 5_672, weight: 258)]))
    }

    @Test(
        "failures are told apart",
        arguments: [
            (UInt8(3), NameAnswer.Failure.unknownName), (5, .refused), (2, .other), (0, .other),
        ])
    func failures(code: UInt8, failure: NameAnswer.Failure) throws {
        let bytes = try answer([], flags: [0x81, 0x80 | code])
        #expect(NameAnswer(bytes, to: Self.question)?.content == .failed(failure))
    }

    @Test("an answer that was cut off is none")
    func truncated() throws {
        let bytes = try answer([record(1, [127, 0, 0, 8])], flags: [0x83, 0x80])
        #expect(NameAnswer(bytes, to: Self.question)?.content == .failed(.other))
    }

    @Test("what answers another question, or none, is not heard")
    func foreign() throws {
        let good = try answer([record(1, [127, 0, 0, 8])])
        #expect(NameAnswer(good, to: NameQuestion(name: "other.test", kind: .ipv4)) == nil)
        #expect(NameAnswer(good, to: NameQuestion(name: "app.test", kind: .ipv6)) == nil)
        #expect(NameAnswer(try answer([], flags: [1, 0]), to: Self.question) == nil, "a question")
        let foreign = try answer([record(1, [127, 0, 0, 8], owner: 16)])
        #expect(NameAnswer(foreign, to: Self.question)?.content == .failed(.other), "an address of another name")
    }

    @Test("damaged messages are survived")
    func damaged() throws {
        let good = try answer([record(1, [127, 0, 0, 8]), record(5, [0xC0, 12]), record(28, [1, 2])])
        for length in 0..<good.count { _ = NameAnswer(Array(good[..<length]), to: Self.question) }
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int(random.next() % 4 + 1) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            guard case .addresses(let endpoints)? = NameAnswer(bytes, to: Self.question)?.content else { continue }
            #expect(!endpoints.isEmpty)
        }
    }

    @Test("the system's name servers are read from its file")
    func systemServers() {
        let text = "# comment\nsearch test\nnameserver 127.0.0.53\nnameserver\t::1 \nnameserver nonsense\nnameserver\n"
        #expect(SystemNameServers.addresses(in: text) == ["127.0.0.53", "::1"])
        #expect(SystemNameServers.addresses(inFile: "/nonexistent").isEmpty)
    }

    @Test(
        "an address is inside of a network with which it shares the first bits",
        arguments: [
            ("10.1.2.3", "10.0.0.0", 8, true), ("11.1.2.3", "10.0.0.0", 8, false), ("10.1.2.3", "10.1.2.3", 32, true),
            ("10.1.2.3", "10.1.2.2", 32, false), ("10.1.2.3", "10.1.2.2", 31, true), ("1.2.3.4", "9.9.9.9", 0, true),
            ("fe80::1", "fe80::", 10, true), ("fec0::1", "fe80::", 10, false), ("::1", "::2", 128, false),
            ("::1", "::2", 126, true), ("::1", "10.0.0.0", 0, false),
        ])
    func networks(address: String, network: String, bits: Int, isInside: Bool) throws {
        guard case .ip(let one)? = SocketAddress(ip: address, port: 1),
            case .ip(let other)? = SocketAddress(ip: network, port: 0)
        else { preconditionFailure("these are addresses") }
        #expect(one.isInside(other, bits: bits) == isInside)
    }
}

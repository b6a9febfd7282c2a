import Configuration
import Foundation
import Model
import Proxy
import Testing

@testable import Monitoring

@Suite("Maps that commands change")
struct MapBookTests {
    private func book() throws -> MapBook {
        let file = FileManager.default.temporaryDirectory.appending(path: "book-\(UUID().uuidString).map")
        try Data("a 1\nb 2\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let text = """
            listen l
                bind fd@9
                acl a src 10.0.0.0/8
                tcp-request connection set-var(sess.a) str(a),map_str_int(\(file.path()))
                tcp-request connection set-var(sess.b) str(a),map_beg(\(file.path()),none)
                server s 192.0.2.1:1

            """
        let parsed = ConfigurationReader.parse(text, file: "t.cfg", instance: "t", environment: [:])
        return MapBook(try #require(parsed.configuration))
    }

    private func texts(_ book: MapBook, version: Int? = nil) async -> [String] {
        await book.pairs(of: 0, version: version).map { "\($0.entry.key)=\($0.entry.value)" }
    }

    @Test("maps are numbered among the lists of patterns, and found by number and by file")
    func numbers() async throws {
        let book = try book()
        let map = try #require(await book.maps.first)
        #expect(await book.maps.count == 1)
        #expect(map.configuration.number == 1)
        #expect(map.configuration.places.map(\.line) == [4, 5])
        #expect(map.configuration.searches.map(\.method) == [.str, .beg])
        #expect(try await book.index(of: "#1") == 0)
        #expect(try await book.index(of: map.configuration.name) == 0)
        for word in ["#0", "#x", "1", ""] {
            await #expect(throws: MapBook.Refusal.unknownMap) { try await book.index(of: word) }
        }
    }

    @Test("what is added, set and removed is what is found")
    func changes() async throws {
        let book = try book()
        let added = try await book.add([MapFile.Entry(key: "c", value: "3")], to: 0, version: nil)
        #expect(added.count == 2)
        #expect(added.values.allSatisfy { $0.place(of: "c") == 2 })
        _ = try await book.set("c", to: "4", in: 0)
        #expect(await texts(book) == ["a=1", "b=2", "c=4"])
        let last = try #require(await book.pairs(of: 0, version: nil).last)
        _ = try await book.remove("#0x\(String(last.number, radix: 16))", from: 0)
        _ = try await book.remove("a", from: 0)
        #expect(await texts(book) == ["b=2"])
        #expect(await book.find("bx", in: 0).map { $0.pair?.entry.value } == [nil, "2"])
    }

    @Test("what can't be done changes nothing")
    func refusals() async throws {
        let book = try book()
        let (good, wrong) = (MapFile.Entry(key: "c", value: "3"), MapFile.Entry(key: "d", value: "x"))
        await #expect(throws: MapBook.Refusal(text: "unable to parse 'x'.")) {
            try await book.add([good, wrong], to: 0, version: nil)
        }
        await #expect(throws: MapBook.Refusal(text: "unable to parse 'x'.")) { try await book.set("a", to: "x", in: 0) }
        await #expect(throws: MapBook.Refusal(text: "entry not found.")) { try await book.set("z", to: "1", in: 0) }
        await #expect(throws: MapBook.Refusal(text: "Key not found.")) { try await book.remove("z", from: 0) }
        await #expect(throws: MapBook.Refusal(text: "Version number out of range.")) {
            try await book.commit(1, of: 0)
        }
        #expect(await texts(book) == ["a=1", "b=2"])
    }

    @Test("a prepared version counts once it is committed")
    func versions() async throws {
        let book = try book()
        #expect(await book.prepare(0) == 1)
        let before = try await book.add([MapFile.Entry(key: "k", value: "9")], to: 0, version: 1)
        #expect(before.values.allSatisfy { $0.place(of: "k") == nil })
        #expect(await texts(book, version: 1) == ["k=9"])
        let after = try await book.commit(1, of: 0)
        #expect(after.values.allSatisfy { $0.place(of: "k") == 0 && $0.place(of: "a") == nil })
        _ = try await book.clear(0, version: nil)
        #expect(await texts(book) == [])
    }
}

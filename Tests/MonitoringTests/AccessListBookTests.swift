import Configuration
import Testing

@testable import Monitoring

@Suite("Pattern lists that commands change")
struct AccessListBookTests {
    private func book() throws -> AccessListBook {
        let text = """
            listen l
                bind fd@9
                acl a src 10.0.0.0/8 192.168.0.0/16
                acl a src_port gt 5
                tcp-request connection reject if a
                use_backend b if { dst_port 80 } { src 127.0.0.1 }
            backend b
                server s 192.0.2.1:1

            """
        let parsed = ConfigurationReader.parse(text, file: "t.cfg", instance: "t", environment: [:])
        return AccessListBook(try #require(parsed.configuration))
    }

    private func texts(_ book: AccessListBook, _ list: Int, version: Int? = nil) async -> [String] {
        await book.entries(of: list, version: version).map(\.text)
    }

    @Test("lists are numbered in the order of the file, and have what it says")
    func numbers() async throws {
        let book = try book()
        #expect(await book.lists.map(\.configuration.keyword) == ["src", "src_port", "dst_port", "src"])
        #expect(await texts(book, 0) == ["10.0.0.0/8", "192.168.0.0/16"])
        #expect(await texts(book, 1) == ["6:"])
        #expect(try await book.number(of: "#2") == 2)
        let refusal = AccessListBook.Refusal(text: "Unknown ACL identifier. Please use #<id> or <file>.")
        for word in ["#4", "#x", "0", ""] {
            await #expect(throws: refusal) { try await book.number(of: word) }
        }
    }

    @Test("what is added and removed is what tests look for")
    func changes() async throws {
        let book = try book()
        let added = try await book.add(["172.16.0.0/12"], to: 0, version: nil)
        #expect(added.count == 1)
        #expect(await texts(book, 0) == ["10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12"])
        _ = try await book.remove("10.0.0.0/8", from: 0)
        let last = try #require(await book.entries(of: 0, version: nil).last)
        _ = try await book.remove("#0x\(String(last.number, radix: 16))", from: 0)
        #expect(await texts(book, 0) == ["192.168.0.0/16"])
        await #expect(throws: AccessListBook.Refusal(text: "Key not found.")) { try await book.remove("x", from: 0) }
        await #expect(throws: AccessListBook.Refusal(text: "'zz' is not a valid IPv4 or IPv6 address.")) {
            try await book.add(["10.1.1.1", "zz"], to: 0, version: nil)
        }
        #expect(await texts(book, 0) == ["192.168.0.0/16"])
        guard case .networks(let networks)? = try await book.clear(0, version: nil).values.first else {
            Issue.record("an address is looked for")
            return
        }
        #expect(networks == NetworkSet())
    }

    @Test("a version counts once it is committed, and those before it are gone")
    func versions() async throws {
        let book = try book()
        await #expect(
            throws: AccessListBook.Refusal(text: "Version number in the future, please use 'prepare acl' before.")
        ) { try await book.add(["1.1.1.1"], to: 0, version: 1) }
        #expect(await book.prepare(0) == 1)
        _ = try await book.add(["1.1.1.1"], to: 0, version: 1)
        #expect(await texts(book, 0).count == 2)
        #expect(await texts(book, 0, version: 1) == ["1.1.1.1"])
        #expect(await book.lists[0].entries.count == 3)
        _ = try await book.commit(1, of: 0)
        #expect(await texts(book, 0) == ["1.1.1.1"])
        #expect(await book.lists[0].entries.count == 1)
        for version in [0, 1, 2] {
            await #expect(throws: AccessListBook.Refusal(text: "Version number out of range.")) {
                try await book.commit(version, of: 0)
            }
        }
    }

    @Test("what is decided while the file is read can't be changed afterwards, and that is said")
    func decidedEarly() async throws {
        let book = try book()
        await #expect(throws: AccessListBook.Refusal.self) { try await book.add(["81"], to: 2, version: nil) }
        #expect(await texts(book, 2) == ["80"])
    }
}

import AccessLog
import Configuration
import Model
import Seeds
import Testing

@testable import Proxy

@Suite("Maps as they are searched")
struct MapTableTests {
    private func table(_ method: MapSearch.Method, _ keys: [String]) -> MapTable {
        MapTable(
            keys.enumerated().map { MapFile.Entry(key: $1, value: "\($0)") },
            MapSearch(file: "f", method: method, output: .text, fallback: nil))
    }

    @Test("the longest of the beginnings is found, whatever stands between them")
    func beginnings() {
        let keys = ["b", "ab", "abcde", "abce", "a", "abcd", "abcde", "é"]
        let table = table(.beg, keys)
        for (text, place) in [
            "a": 4, "ab": 1, "abc": 1, "abcd": 5, "abcdd": 5, "abcdef": 2, "abcee": 3, "abz": 1, "az": 4, "b": 0,
            "bz": 0,
            "éa": 7,
        ] {
            #expect(table.place(of: text) == place, "\(text)")
        }
        #expect(table.place(of: "c") == nil)
        #expect(table.place(of: "") == nil)
        #expect(self.table(.beg, []).place(of: "a") == nil)
    }

    @Test("beginnings are found as one would find them by looking at each", arguments: 0..<20)
    func anyBeginnings(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        func text() -> String {
            String(
                (0..<Int.random(in: 0...5, using: &generator)).map { _ in "abc".randomElement(using: &generator) ?? "a"
                })
        }
        let keys = (0..<30).map { _ in text() }
        let table = table(.beg, keys)
        for _ in 0..<100 {
            let sought = text()
            let longest = keys.enumerated().filter { sought.hasPrefix($1) }
                .max { ($0.element.count, $1.offset) < ($1.element.count, $0.offset) }
            #expect(table.place(of: sought) == longest?.offset, "\(sought) among \(keys)")
        }
    }

    @Test("the smallest of the networks is found, and IPv4 written as IPv6 is the same")
    func networks() {
        let table = table(.ip, ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "10.1.0.0/16", "::/0", "2001:db8::/32"])
        for (text, place) in [
            "10.9.9.9": 0, "10.1.9.9": 1, "10.1.2.3": 2, "::ffff:10.1.2.3": 4, "2001:db8::1": 5, "::1": 4,
            "192.0.2.1": 4,
        ] {
            #expect(table.place(of: text) == place, "\(text)")
        }
        #expect(self.table(.ip, ["10.0.0.0/8"]).place(of: "::ffff:10.1.2.3") == 0)
        #expect(self.table(.ip, ["10.0.0.0/8"]).place(of: "nothing") == nil)
    }

    @Test("of all others the first counts")
    func others() {
        #expect(table(.str, ["a", "b", "a"]).place(of: "a") == 0)
        #expect(table(.sub, ["b", "a"]).place(of: "ab") == 0)
        #expect(table(.end, ["b", "a"]).place(of: "ba") == 1)
        #expect(table(.int, ["1:5", "3", "7"]).place(of: "3") == 0)
        #expect(table(.dom, ["example"]).place(of: "www.example.com") == 0)
        #expect(table(.reg, ["^x", "a+b"]).place(of: "caab") == 1)
    }

    @Test("a value names parts of what its expression finds")
    func parts() {
        let table = MapTable(
            [MapFile.Entry(key: "^(a+)(b)?", value: #"<\1|\2|\0>"#)],
            MapSearch(file: "f", method: .regm, output: .text, fallback: nil))
        #expect(table.value(of: .text("aac"), ExpressionTable())?.text == "<aa||aa>")
        #expect(table.value(of: .text("c"), ExpressionTable()) == nil)
    }
}

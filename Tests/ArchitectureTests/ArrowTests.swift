import Foundation
import Testing

/// ARCHITECTURE.md's table of modules, Package.swift and the imports say the same.
@Suite("Arrows between modules")
struct ArrowTests {
    /// The table: a module and what it may use.
    static func table() throws -> [String: Set<String>] {
        var table: [String: Set<String>] = [:]
        for line in try Repository.text("ARCHITECTURE.md").split(separator: "\n") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3, let module = names(in: cells[0]).first, cells[0] == "`\(module)`" else { continue }
            table[module] = Set(names(in: cells[2]))
        }
        return table
    }

    private static func names(in cell: String) -> [String] {
        cell.matches(of: /`(\w+)`/).map { String($0.1) }
    }

    /// Package.swift: a target and the targets it depends on.
    static func package(modules: Set<String>) throws -> [String: Set<String>] {
        var package: [String: Set<String>] = [:]
        let targets = try Repository.text("Package.swift").split(
            separator: /\.(?:target|executableTarget|testTarget)\(/)
        for target in targets.dropFirst() {
            guard let name = target.firstMatch(of: /^\s*name: "(\w+)"/) else { continue }
            // Products come as `.product(name: "...", package: "...")`, our targets as bare names.
            let list =
                target.firstMatch(of: /dependencies: \[((?:.|\n)*?)\n?\s*\](?:,\s*\w+:|\))/).map { String($0.1) } ?? ""
            let products = list.replacing(/\.product\([^)]*\)/, with: "")
            package[String(name.1)] = Set(products.matches(of: /"(\w+)"/).map { String($0.1) })
                .intersection(modules)
        }
        return package
    }

    static func imports() throws -> [Imports] {
        try Repository.swiftFiles(below: "Sources").map(Imports.init)
    }

    @Test("the table, the package and the sources are there")
    func found() throws {
        #expect(try Self.table().count >= 14)
        #expect(try Self.imports().count >= 50)
        #expect(try Self.package(modules: ["Model"])["Configuration"] == ["Model"])
    }

    @Test("ARCHITECTURE.md and Package.swift have the same modules and the same arrows")
    func packageHasTheSameArrows() throws {
        let table = try Self.table()
        let package = try Self.package(modules: Set(table.keys))
        for (module, arrows) in table {
            #expect(package[module] == arrows, "\(module)")
        }
        let folders = Set(try Self.imports().map(\.module))
        #expect(folders.subtracting(table.keys).isEmpty)
    }

    @Test("no import breaks an arrow")
    func importsFollowTheArrows() throws {
        let table = try Self.table()
        for file in try Self.imports() {
            let allowed = try #require(table[file.module], "\(file.path) belongs to no module")
            let own = file.modules.intersection(table.keys).subtracting([file.module])
            #expect(own.isSubset(of: allowed), "\(file.path) imports \(own.subtracting(allowed).sorted())")
        }
    }

    @Test("the arrows make no circle")
    func noCircle() throws {
        var rest = try Self.table()
        while !rest.isEmpty {
            let leaves = rest.filter { $0.value.isDisjoint(with: rest.keys) }.keys
            try #require(!leaves.isEmpty, "a circle among \(rest.keys.sorted())")
            for leaf in leaves { rest[leaf] = nil }
        }
    }
}

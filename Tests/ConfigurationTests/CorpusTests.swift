import Foundation
import Testing

@testable import Configuration

/// Files that people really use, with what HAProxy 2.6 says of each: read where the folder is there.
@Suite("Real files")
struct CorpusTests {
    /// One file and what HAProxy says of it, in the best of the index's conditions.
    private struct Entry {
        let name: String
        let isTaken: Bool
    }

    /// The files that HAProxy takes and this program doesn't yet, with the keyword that keeps each from loading.
    private static let notYet = [
        "121.cfg": "sample 'path_beg' reads what is sent"
    ]

    /// The files that name certificates, with what is said where those are not there.
    private static let needCertificates = [
        "049.cfg": "unable to stat SSL certificate from file '/etc/ssl/certs/combined.pem'",
        "144.cfg": "unable to stat CA file '/etc/ssl/certs/ssl-cert-snakeoil.pem'",
    ]

    private static let folder = Folder.instances.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/corpus")

    private static func entries() throws -> [Entry] {
        let index = String(decoding: try Data(contentsOf: folder.appending(path: "INDEX.tsv")), as: UTF8.self)
        return index.split(whereSeparator: \.isNewline).dropFirst().map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            // A file that sets `quiet` makes HAProxy say nothing at all.
            let isTaken = fields.dropFirst(3).contains { $0 == "OK" || $0.contains("no output") }
            return Entry(name: String(fields[0]), isTaken: isTaken)
        }
    }

    @Test("each file that HAProxy takes loads as it is, and each other gets an error to act on")
    func corpus() throws {
        guard FileManager.default.fileExists(atPath: Self.folder.path()) else {
            print("skipped: there is no folder \(Self.folder.path())")
            return
        }
        let entries = try Self.entries()
        #expect(entries.count >= 71)
        #expect(entries.filter(\.isTaken).count >= 60)
        for entry in entries {
            let parsed = ConfigurationReader.read(
                file: Self.folder.appending(path: entry.name).path(), environment: [:])
            let said = parsed.diagnostics.filter { $0.severity == .error }
            if let reason = Self.notYet[entry.name] {
                #expect(parsed.configuration == nil, "\(entry.name) loads now: take it off the list")
                #expect(said.contains { $0.message.hasPrefix(reason) }, "\(entry.name): \(said.map(\.message))")
            } else if let reason = Self.needCertificates[entry.name], parsed.configuration == nil {
                #expect(said.allSatisfy { $0.message.hasPrefix(reason) }, "\(entry.name): \(said.map(\.message))")
            } else if entry.isTaken {
                #expect(parsed.configuration != nil, "\(entry.name): \(said.map { $0.rendered(color: false) })")
            }
            #expect(said.allSatisfy { $0.help != nil && $0.location.line > 0 }, "\(entry.name): \(said)")
        }
    }
}

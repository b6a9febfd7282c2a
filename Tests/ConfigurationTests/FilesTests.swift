import Foundation
import Testing

@testable import Configuration

@Suite("Several files as one instance")
struct FilesTests {
    private func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "files-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        try body(folder.path())
    }

    @Test("sections of several files are put together, in the order of the files")
    func together() throws {
        let files = [
            "a.cfg": "global\n    maxconn 7\n" + Sample.defaults, "b.cfg": Sample.proxy,
            "c.cfg": "global\n    description Ours\nlisten other\n    bind 127.0.0.1:1\n    server s 192.0.2.1:1\n",
        ]
        try withFolder(files) { folder in
            let paths = ["a", "b", "c"].map { "\(folder)/\($0).cfg" }
            let instance = try ConfigurationReader.read(files: paths, environment: [:]).clean()
            #expect(instance.name == "a")
            #expect(instance.files == paths && instance.file == paths[0])
            #expect(instance.global.maxconn == 7 && instance.global.description == "Ours")
            #expect(instance.proxies.map(\.name) == ["rabbit", "other"])
            // The first file's defaults hold in the others.
            #expect(instance.proxies.allSatisfy { $0.timeouts.connect == .seconds(5) })
        }
    }

    @Test("a folder stands for its files that end in .cfg, by name")
    func folder() throws {
        let files = [
            "10-proxy.cfg": Sample.proxy, "00-defaults.cfg": Sample.defaults, "20-more.cfg.bak": "nonsense\n",
            ".hidden.cfg": "nonsense\n", "README": "nonsense\n",
        ]
        try withFolder(files) { folder in
            let instance = try ConfigurationReader.read(files: [folder], instance: "shop", environment: [:]).clean()
            #expect(instance.name == "shop")
            #expect(instance.files.map { $0.split(separator: "/").last } == ["00-defaults.cfg", "10-proxy.cfg"])
        }
    }

    @Test("what is wrong is told with its own file and line")
    func mistakes() throws {
        try withFolder(["a.cfg": Sample.defaults, "b.cfg": Sample.proxy + "    nonsense\n"]) { folder in
            let parsed = ConfigurationReader.read(files: ["\(folder)/a.cfg", "\(folder)/b.cfg"], environment: [:])
            let diagnostic = try #require(parsed.diagnostics.first)
            #expect(parsed.diagnostics.count == 1 && parsed.configuration == nil)
            #expect(diagnostic.location.file == "\(folder)/b.cfg" && diagnostic.location.line == 4)
            #expect(diagnostic.sourceLine == "    nonsense")
        }
    }

    @Test("a section ends with its file")
    func sectionsEnd() throws {
        try withFolder(["a.cfg": Sample.defaults + Sample.proxy, "b.cfg": "    retries 5\n"]) { folder in
            let parsed = ConfigurationReader.read(files: ["\(folder)/a.cfg", "\(folder)/b.cfg"], environment: [:])
            #expect(parsed.messages(.error) == ["'retries' stands before the first section"])
        }
    }

    @Test("every file that can't be read is told")
    func missing() {
        let parsed = ConfigurationReader.read(files: ["/nowhere/a.cfg", "/nowhere/b.cfg"], environment: [:])
        #expect(parsed.messages(.error).count == 2 && parsed.configuration == nil)
    }

    @Test("no file at all listens nowhere")
    func nothing() {
        #expect(ConfigurationReader.read(files: [], environment: [:]).configuration == nil)
    }
}

import ArgumentParser
import Foundation
import Testing

@testable import supervise

/// The help texts as people see them, in `Golden/`; `RECORD_GOLDEN=1` writes them anew.
@Suite("help")
struct HelpTests {
    private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden")

    private static let commands: [(name: String, type: any ParsableCommand.Type)] = {
        func all(
            _ type: any ParsableCommand.Type, under prefix: String
        ) -> [(String, any ParsableCommand.Type)] {
            let name = prefix + type._commandName
            let configuration = type.configuration
            let subcommands =
                configuration.ungroupedSubcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
            return [(name, type)] + subcommands.flatMap { all($0, under: name + " ") }
        }
        return all(Supervise.self, under: "")
    }()

    @Test("each command's help is as recorded, and each recorded help belongs to a command")
    func help() throws {
        try #require(Self.commands.count > 15)
        var expected: Set<String> = []
        for command in Self.commands {
            let text = Supervise.helpMessage(for: command.type, columns: 80) + "\n"
            let name = command.name.replacing(" ", with: "_") + ".txt"
            expected.insert(name)
            let file = Self.golden.appendingPathComponent(name)
            if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
                try text.write(to: file, atomically: true, encoding: .utf8)
            }
            #expect(try String(contentsOf: file, encoding: .utf8) == text, "\(name) differs")
        }
        let recorded = try FileManager.default.contentsOfDirectory(atPath: Self.golden.path)
        #expect(Set(recorded.filter { $0.hasSuffix(".txt") }) == expected)
    }

    @Test("every subcommand takes --state")
    func state() {
        for command in Self.commands where command.type.configuration.subcommands.isEmpty && command.name != "supervise"
        {
            #expect(Supervise.helpMessage(for: command.type, columns: 80).contains("--state <dir>"), "\(command.name)")
        }
    }
}

import ArgumentParser
import Configuration
import Foundation
import Settings

/// `supervise check [FILE…]`: what is wrong with configuration files.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads configuration files and prints everything that is wrong with them.",
        discussion: """
            Runs nothing. A file whose name ends in .yaml is read as the supervisor's settings. What several instances cannot have at once, such as an address to listen on, is found \
            among the files given. Ends with exit code 2 where any of them cannot be used.
            """)

    @Argument(
        help: ArgumentHelp(
            "The files; all *.cfg files of the folder Instances and its supervise.yaml when left out.",
            valueName: "file"))
    var files: [String] = []

    @OptionGroup var state: StateOption

    func run() throws {
        let output = Output.current()
        var files = self.files
        var settings = files.filter(Self.isSettings)
        files.removeAll(where: Self.isSettings)
        if self.files.isEmpty {
            files = try InstanceFolder(path: InstanceFolder.standardPath).files()
            settings = SettingsFile.path(beside: InstanceFolder.standardPath).map { [$0] } ?? []
        }
        guard settings.count <= 1 else {
            throw ValidationError("There is one file of settings; these are \(settings.joined(separator: ", ")).")
        }
        let report = ConfigurationReport(
            files: files, settings: settings.first, environment: ProcessInfo.processInfo.environment)
        try output.write(lines: report.diagnostics.map { $0.rendered(color: output.isColored) })
        try output.write(report.summary + "\n")
        guard report.isValid else { throw CommandFailure(.usage) }
    }

    private static func isSettings(_ file: String) -> Bool { file.hasSuffix(".yaml") || file.hasSuffix(".yml") }
}

import ArgumentParser
import Configuration
import Foundation

/// `supervise check [FILE…]`: what is wrong with configuration files.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads configuration files and prints everything that is wrong with them.",
        discussion: """
            Runs nothing. What several instances cannot have at once, such as an address to listen on, is found \
            among the files given. Ends with exit code 2 where any of them cannot be used.
            """)

    @Argument(
        help: ArgumentHelp("The files; all *.cfg files of the folder Instances when left out.", valueName: "file"))
    var files: [String] = []

    @OptionGroup var state: StateOption

    func run() throws {
        let output = Output.current()
        let files = self.files.isEmpty ? try InstanceFolder(path: InstanceFolder.standardPath).files() : self.files
        let report = ConfigurationReport(files: files, environment: ProcessInfo.processInfo.environment)
        try output.write(lines: report.diagnostics.map { $0.rendered(color: output.isColored) })
        try output.write(report.summary + "\n")
        guard report.isValid else { throw CommandFailure(.usage) }
    }
}

import ArgumentParser
import Configuration
import EventLoop
import Foundation
import Settings

/// `supervise check [FILE…]`: what is wrong with configuration files.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads configuration files and prints everything that is wrong with them.",
        discussion: """
            Runs nothing. A file whose name ends in .yaml is read as the supervisor's settings. What several instances cannot have at once, such as an address to listen on, is found \
            among the files given. Ends with exit code 2 where any of them cannot be used.

            With --lint also what is right and will hurt all the same, above all where the servers are AMQP brokers; \
            each finding ends with the name of its rule, which Documentation/lint.md explains. With --haproxy also \
            the lines that HAProxy 2.6 refuses; ends with exit code 1 where there are any.
            """)

    @Argument(
        help: ArgumentHelp(
            "The files; all *.cfg files of the folder Instances and its supervise.yaml when left out.",
            valueName: "file"))
    var files: [String] = []

    @Flag(help: "Tell of known pitfalls, too.")
    var lint = false

    @Flag(name: .customLong("haproxy"), help: "Tell which lines HAProxy would not take, too.")
    var forHAProxy = false

    @OptionGroup var state: StateOption

    func run() throws {
        let output = Output.current()
        let environment = ProcessInfo.processInfo.environment
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
        let report = ConfigurationReport(files: files, settings: settings.first, environment: environment)
        try output.write(lines: report.diagnostics.map { $0.rendered(color: output.isColored) })
        var summary = report.summary
        if lint {
            let machine = Linter.Machine(descriptorLimit: try Self.descriptorLimit())
            let findings = files.flatMap { Linter.findings(file: $0, environment: environment, machine: machine) }
            try output.write(lines: findings.map { $0.diagnostic.rendered(color: output.isColored) })
            summary +=
                report.isValid ? "; \(findings.count) found by lint" : "; lint looks at files without errors alone"
        }
        var refused: [Diagnostic] = []
        if forHAProxy {
            refused = files.flatMap { HAProxyRefusals.lines(of: $0, environment: environment) }
            try output.write(lines: refused.map { $0.rendered(color: output.isColored) })
            summary +=
                refused.isEmpty ? "; no line that HAProxy refuses" : "; lines that HAProxy refuses: \(refused.count)"
        }
        try output.write(summary + "\n")
        guard report.isValid else { throw CommandFailure(.usage) }
        guard refused.isEmpty else { throw CommandFailure(.failed) }
    }

    private static func isSettings(_ file: String) -> Bool { file.hasSuffix(".yaml") || file.hasSuffix(".yml") }

    /// How many files a process may have open here; `nil` where there is no end to it.
    private static func descriptorLimit() throws -> Int? { Int(exactly: try DescriptorLimit.current().maximum) }
}

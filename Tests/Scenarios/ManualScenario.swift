import Foundation
import Testing

extension Scenarios {
    @Suite("Manual pages and completions")
    struct Manual {
        private static let packaging = "\(Repository.root)/Packaging"

        @Test(
            "each command has a page, and a page that mandoc finds nothing wrong with",
            .enabled(if: Tool.isThere("mandoc")))
        func pages() async throws {
            let directory = try TemporaryDirectory()
            try await Finished(["\(Self.packaging)/manual", try Supervisor.binary(), directory.path])
                .requireSuccess("manual")
            let pages = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
            try #require(pages.count > 15)
            for page in pages {
                let lint = try await Finished(["mandoc", "-Tlint", "-Wwarning", "\(directory.path)/\(page)"])
                #expect(lint.output == "", "\(page)")
            }
            let overview = try await text(of: "\(directory.path)/supervise.1")
            for page in pages where page != "supervise.1" {
                #expect(overview.contains("\(page.dropLast(2))(1)"), "\(page)")
            }
            #expect(overview.contains("    4      no supervisor is running, or no such instance or server"))
            let up = try await text(of: "\(directory.path)/supervise-up.1")
            #expect(up.contains("supervise up [--instances dir]"))
            #expect(up.contains("--daemon"))
            // What is hidden from the help is hidden here.
            #expect(!up.contains("--detached"))
            let history = try await text(of: "\(directory.path)/supervise-history.1")
            #expect(history.contains("HISTORY EXPORT"))
        }

        /// A page as a terminal shows it, without bold letters.
        private func text(of page: String) async throws -> String {
            let shown = try await Finished(["mandoc", "-Tascii", "-O", "width=150", page])
            try shown.requireSuccess("mandoc")
            return shown.output.replacing(#/.\x{08}/#, with: "")
        }

        @Test(
            "each shell understands its completions, and completes commands and options",
            arguments: [
                (
                    "bash", "bash-completion/completions/supervise",
                    "source FILE; COMP_WORDS=(supervise re); COMP_CWORD=1; _supervise supervise re supervise; "
                        + "echo \"${COMPREPLY[@]}\""
                ),
                ("zsh", "zsh/vendor-completions/_supervise", "cat FILE"),
                ("fish", "fish/vendor_completions.d/supervise.fish", "source FILE; complete -C 'supervise re'"),
            ])
        func completions(shell: String, file: String, command: String) async throws {
            guard Tool.isThere(shell) else { return }
            let directory = try TemporaryDirectory()
            try await Finished(["\(Self.packaging)/completions", try Supervisor.binary(), directory.path])
                .requireSuccess("completions")
            let path = "\(directory.path)/\(file)"
            try await Finished([shell, "-n", path]).requireSuccess("\(shell) -n")
            let completed = try await Finished([shell, "-c", command.replacing("FILE", with: path)])
            try completed.requireSuccess(shell)
            for name in ["restart", "reload", "ready"] { #expect(completed.output.contains(name), "\(shell)") }
        }
    }
}

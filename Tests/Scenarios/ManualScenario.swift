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

        /// A shell, its file of completions, and a program that prints what FILE makes of the unfinished words of LINE.
        private static let shells = [
            (
                "bash", "bash-completion/completions/supervise",
                """
                source FILE; COMP_WORDS=(LINE); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                $(complete -p supervise | sed 's/.*-F //; s/ .*//') supervise "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
                echo "${COMPREPLY[@]}"
                """
            ),
            // A terminal of its own, in which the key is pressed.
            (
                "zsh", "zsh/vendor-completions/_supervise",
                """
                zmodload zsh/zpty && zpty -b terminal zsh -f -i
                await() {
                    local text part
                    repeat 600; do
                        if zpty -r -t terminal part; then text+=$part; else sleep 0.05; fi
                        for word in $@; do [[ $text == *$word* ]] || continue 2; done
                        print -r -- $text
                        return
                    done
                    print -r -- "no $@: $text"
                    exit 1
                }
                zpty -w terminal 'PS1=; fpath=(FOLDER $fpath); autoload -Uz compinit; compinit -u -D; print begun-$((1 + 1))'
                await begun-2 > /dev/null
                zpty -w -n terminal $'LINE\t'
                await EXPECTED
                """
            ),
            ("fish", "fish/vendor_completions.d/supervise.fish", "source FILE; complete -C 'LINE'"),
        ]

        @Test("each shell understands its completions, and completes commands and options", arguments: shells)
        func completions(shell: String, file: String, program: String) async throws {
            guard Tool.isThere(shell) else { return }
            let directory = try TemporaryDirectory()
            try await Finished(["\(Self.packaging)/completions", try Supervisor.binary(), directory.path])
                .requireSuccess("completions")
            let path = "\(directory.path)/\(file)"
            try await Finished([shell, "-n", path]).requireSuccess("\(shell) -n")
            let cases = [
                ("supervise re", ["restart", "reload", "ready"]), ("supervise restart --gr", ["--grace"]),
            ]
            for (line, words) in cases {
                let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
                let text = program.replacing("FILE", with: path).replacing("FOLDER", with: folder)
                    .replacing("LINE", with: line).replacing("EXPECTED", with: words.joined(separator: " "))
                let completed = try await Finished([shell, "-c", text], within: .seconds(60))
                try completed.requireSuccess("\(shell): \(completed.output)")
                for word in words { #expect(completed.output.contains(word), "\(shell) -c \(text)") }
            }
        }
    }
}

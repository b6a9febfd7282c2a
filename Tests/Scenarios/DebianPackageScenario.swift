import Foundation
import Testing

extension Scenarios {
    @Suite(
        "The Debian package",
        .enabled(if: Tool.isThere("dpkg-shlibdeps", package: "dpkg-dev") && Tool.isThere("strip", package: "binutils")))
    struct DebianPackage {
        private static let folder = "\(Repository.root)/Packaging/debian"
        /// `SUPERVISE_TEST_PACKAGE`: the package to be tried in a system of its own, or `build` to build it before.
        private static let wanted = ProcessInfo.processInfo.environment["SUPERVISE_TEST_PACKAGE"]

        @Test(
            "has the program, its unit, pages and completions, and examples that nothing overwrites",
            .timeLimit(.minutes(5)))
        func content() async throws {
            let directory = try TemporaryDirectory()
            let built = try await Finished(
                ["\(Self.folder)/build", "--binary", try Supervisor.binary(), directory.path],
                environment: ["DPKG_DEB_COMPRESSOR_TYPE": "gzip", "DPKG_DEB_COMPRESSOR_LEVEL": "1"],
                within: .seconds(240))
            try built.requireSuccess("build")
            let package = built.output.trimmingCharacters(in: .newlines)
            let listing = try await Finished(["dpkg-deb", "--contents", package])
            try listing.requireSuccess("dpkg-deb --contents")
            let lines = listing.output.split(separator: "\n")
            #expect(lines.allSatisfy { $0.contains(" root/root ") })
            let files = Set(lines.compactMap { $0.split(separator: " ").last.map { String($0.dropFirst()) } })
            for file in [
                "/usr/bin/supervise", "/etc/supervise/cluster.cfg.example", "/etc/supervise/warren.cfg.example",
                "/usr/share/man/man1/supervise.1.gz", "/usr/share/man/man1/supervise-is-healthy.1.gz",
                "/usr/share/bash-completion/completions/supervise", "/usr/share/zsh/vendor-completions/_supervise",
                "/usr/share/fish/vendor_completions.d/supervise.fish", "/usr/share/doc/supervise/copyright",
                "/usr/share/doc/supervise/system.md", "/usr/share/doc/supervise/examples/keepalived.conf",
            ] { #expect(files.contains(file), "\(file)") }
            #expect(files.contains { $0.hasSuffix("/lib/systemd/system/supervise.service") })

            let about = try await Finished(["dpkg-deb", "--info", package])
            #expect(about.output.contains(" Conflicts: daemontools"))
            #expect(about.output.contains(#/ Depends: .*libssl3.*, adduser/#))
            let conffiles = try await Finished(["dpkg-deb", "--info", package, "conffiles"])
            #expect(conffiles.output == "/etc/supervise/cluster.cfg.example\n/etc/supervise/warren.cfg.example\n")
            let copyright = try await Finished([
                "sh", "-c", "dpkg-deb --fsys-tarfile \(package) | tar -xO ./usr/share/doc/supervise/copyright",
            ])
            #expect(copyright.output.contains("swift-nio (https://github.com/apple/swift-nio)"))
        }

        @Test("its examples are instances that can be run")
        func examples() async throws {
            let folder = "\(Repository.root)/Packaging/instances"
            let files = try FileManager.default.contentsOfDirectory(atPath: folder).map { "\(folder)/\($0)" }
            try #require(files.count == 2)
            let checked = try await Finished([try Supervisor.binary(), "check"] + files)
            #expect(checked.output == "2 files, 0 errors, 0 warnings, 0 notes: valid\n")
        }

        @Test("maintainer scripts and the others are shell that parses")
        func scripts() async throws {
            for script in ["postinst", "prerm", "postrm"] {
                try await Finished(["sh", "-n", "\(Self.folder)/\(script)"]).requireSuccess(script)
            }
            for script in ["build", "copyright", "test"] {
                try await Finished(["bash", "-n", "\(Self.folder)/\(script)"]).requireSuccess(script)
            }
        }

        /// Of Debian 12 the release itself has a systemd before `Type=notify-reload`, and its backports one after it.
        @Test(
            "is installed, runs under a real systemd, is upgraded, removed and purged, and lintian has nothing to say",
            .enabled(if: wanted != nil, "takes ten minutes: SUPERVISE_TEST_PACKAGE=build, or =PACKAGE"),
            .timeLimit(.minutes(40)), arguments: [[], ["backports"]])
        func life(suite: [String]) async throws {
            var package = try #require(Self.wanted)
            let directory = try TemporaryDirectory()
            if package == "build" {
                let built = try await Finished(["\(Self.folder)/build", directory.path], within: .seconds(1800))
                try built.requireSuccess("build")
                package = built.output.trimmingCharacters(in: .newlines)
            }
            if Tool.isThere("lintian") {
                let said = try await Finished(["lintian", "--allow-root", package], within: .seconds(300))
                #expect(said.output == "")
            }
            let tried = try await Finished(["\(Self.folder)/test", package] + suite, within: .seconds(600))
            // What it needs beside root: see the script.
            if tried.status == .code(77) { return print(tried.errorOutput) }
            #expect(tried.status == .code(0), "\(tried.output)\(tried.errorOutput)")
        }
    }
}

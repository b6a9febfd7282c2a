import Foundation
import Testing

extension Scenarios {
    @Suite("The container image")
    struct ContainerImage {
        private static let script = "\(Repository.root)/Packaging/container/test"
        /// `SUPERVISE_TEST_IMAGE`: the release binary that the image is to be made of.
        private static let binary = ProcessInfo.processInfo.environment["SUPERVISE_TEST_IMAGE"]

        @Test("has the libraries that the Debian package depends on, and what its trial needs is shell that parses")
        func libraries() async throws {
            try await Finished(["bash", "-n", Self.script]).requireSuccess(Self.script)
            let file = try String(contentsOfFile: "\(Repository.root)/Dockerfile", encoding: .utf8)
            let installed = try #require(file.matches(of: #/--no-install-recommends (.*?) *\\?\n/#).last).1
            let listed = try await Finished(["ldd", try Supervisor.binary()])
            for package in ["libsqlite3", "libssl", "libstdc++", "libz", "libcrypt"] {
                #expect(listed.output.contains("\t\(package).so"), "\(package)")
                let name = package == "libz" ? "zlib1g" : package
                #expect(installed.contains(name), "\(name) is not installed")
            }
        }

        @Test(
            "is built as the Dockerfile says, runs as nobody in particular, logs, is checked, and ends by its stop signal",
            .enabled(if: binary != nil, "takes three minutes and a release binary: SUPERVISE_TEST_IMAGE=BINARY"),
            .timeLimit(.minutes(15)))
        func life() async throws {
            let tried = try await Finished([Self.script, try #require(Self.binary)], within: .seconds(800))
            // What it needs beside root: see the script.
            if tried.status == .code(77) { return print(tried.errorOutput) }
            #expect(tried.status == .code(0), "\(tried.output)\(tried.errorOutput)")
        }
    }
}

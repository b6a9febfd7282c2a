import Foundation
import Testing

extension Scenarios {
    @Suite("How much memory the process may have")
    struct HAProxyMemory {
        @Test("-m limits the process's memory, and too little is told before anything listens")
        func memory() async throws {
            let setUp = try HAProxySetUp()
            let narrow = try setUp.launch(["-m", "64"])
            #expect(try await narrow.waitUntilExit() == .code(1))
            #expect(narrow.errorOutput.contains("-m 64: this program needs "))
            let process = try await setUp.start(["-m", "16384"])
            let limits = try String(contentsOfFile: "/proc/\(process.processID)/limits", encoding: .utf8)
            let line = limits.split(separator: "\n").first { $0.hasPrefix("Max address space") }
            #expect(line?.contains("17179869184") == true)
            _ = try await setUp.session()
            try await process.stop()
        }
    }
}

import Foundation
import Peers
import Testing

/// Cases that nobody thought of, beside HAProxy.
@Suite("generated configurations and clients, beside HAProxy", .serialized)
struct GeneratedCaseTests {
    /// The seeds that are played at every run; `DIFFERENTIAL_SEEDS=1000-1999` plays others.
    private static let seeds: ClosedRange<UInt64> = {
        let bounds = ProcessInfo.processInfo.environment["DIFFERENTIAL_SEEDS"]?.split(separator: "-").compactMap {
            UInt64($0)
        }
        guard let first = bounds?.first, let last = bounds?.last, first <= last else { return 1...60 }
        return first...last
    }()

    @Test("generated cases go as with HAProxy: the same bytes, ends, servers, log lines and counters")
    func generated() async throws {
        guard try HAProxy.isInstalled() else { return }
        try await withThrowingTaskGroup(of: Void.self) { group in
            var seeds = Self.seeds.makeIterator()
            func playNext() {
                guard let seed = seeds.next() else { return }
                group.addTask {
                    let played = CasePlayer(played: CaseGenerator.make(seed))
                    guard var difference = try await played.difference() else { return }
                    // A machine that stands still for a while can let time limits pass on one side alone.
                    for _ in 0..<2 {
                        guard let again = try await played.difference() else {
                            if ProcessInfo.processInfo.environment["DIFFERENTIAL_SEEDS"] != nil {
                                print("only once, seed \(seed): \(difference)")
                            }
                            return
                        }
                        difference = again
                    }
                    let smallest = await Shrinker().shrink(played.played)
                    Issue.record("\(played.played)\n\(difference)\nand with no more than this:\n\(smallest)")
                }
            }
            for _ in 0..<8 { playNext() }
            while try await group.next() != nil { playNext() }
        }
    }
}

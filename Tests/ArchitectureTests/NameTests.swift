import Foundation
import Testing

/// The names in ARCHITECTURE.md are those of real files, and folders are named after what they hold.
@Suite("Names")
struct NameTests {
    @Test("every file that ARCHITECTURE.md names exists")
    func filesExist() throws {
        let everything = ["Sources", "Tests", "Scripts", "Instances", "Migrations"].flatMap(Repository.files(below:))
        let fileNames = Set(everything.map { String($0.split(separator: "/").last ?? "") })
        var checked = 0
        for match in try Repository.text("ARCHITECTURE.md").matches(of: /`([\w.+\/-]+)`/) {
            let name = String(match.1)
            if name.contains("/") {
                checked += 1
                #expect(Repository.exists(name), "\(name)")
            } else if name.contains(/\.(?:swift|sql|cfg|md|json)$/) {
                checked += 1
                #expect(fileNames.contains(name) || Repository.exists(name), "\(name)")
            }
        }
        #expect(checked >= 20)
    }

    @Test("no folder is named after nothing")
    func folders() {
        let files = Repository.swiftFiles(below: "Sources") + Repository.swiftFiles(below: "Tests")
        #expect(files.count >= 100)
        let folders = Set(files.flatMap { $0.split(separator: "/").dropLast() })
        let empty: Set<Substring> = [
            "Utils", "Util", "Utilities", "Helpers", "Helper", "Common", "Managers", "Base", "Misc", "Shared",
        ]
        #expect(folders.isDisjoint(with: empty), "\(folders.intersection(empty).sorted())")
    }
}

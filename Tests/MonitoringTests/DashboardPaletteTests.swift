import Model
import Testing

@testable import Monitoring

@Suite("The dashboard's colours")
struct DashboardPaletteTests {
    typealias Role = DashboardPalette.Role
    static let palettes = ["light": DashboardPalette.light, "dark": DashboardPalette.dark]

    private func contrast(_ palette: String, _ one: Role, _ other: Role) throws -> Double {
        let colors = try #require(Self.palettes[palette])
        return try #require(colors[one]).contrast(to: try #require(colors[other]))
    }

    @Test("contrast is computed as WCAG says")
    func formula() {
        let (black, white) = (DashboardPalette.Color(0), DashboardPalette.Color(0xffffff))
        #expect(abs(black.contrast(to: white) - 21) < 0.001)
        #expect(white.contrast(to: white) == 1)
        // A value that others publish: #777777 on white.
        #expect(abs(DashboardPalette.Color(0x777777).contrast(to: white) - 4.478) < 0.001)
    }

    @Test("text stands out from what it lies on by 4.5 to 1", arguments: ["light", "dark"])
    func text(palette: String) throws {
        let pairs: [(Role, [Role])] = [
            (.ink, [.paper, .card, .backup]), (.faint, [.paper, .card]), (.link, [.paper, .card, .backup]),
            (.letter, [.up, .down, .drain, .maint]), (.mark, [.turning]),
            // The chosen period and the line with details are the other way round.
            (.card, [.ink]),
        ]
        for (text, grounds) in pairs {
            for ground in grounds {
                let ratio = try contrast(palette, text, ground)
                #expect(ratio >= 4.5, "\(palette): \(text) on \(ground) has \(ratio)")
            }
        }
    }

    @Test("what shows a state stands out from the card and the page by 3 to 1", arguments: ["light", "dark"])
    func shapes(palette: String) throws {
        for state in [Role.up, .turning, .down, .drain, .maint, .unknown] {
            for ground in [Role.card, .paper] {
                let ratio = try contrast(palette, state, ground)
                #expect(ratio >= 3, "\(palette): \(state) on \(ground) has \(ratio)")
            }
        }
        for state in [Role.up, .down] {
            #expect(try contrast(palette, state, .backup) >= 3, "\(palette): \(state) on a backup's band")
        }
    }

    @Test("every role has its colour in both palettes, and the style sheet names each")
    func complete() {
        for role in Role.allCases {
            #expect(DashboardPalette.light[role] != nil && DashboardPalette.dark[role] != nil)
            #expect(DashboardPages.styleSheet.components(separatedBy: "--\(role.rawValue): #").count == 3)
        }
    }

    @Test("states differ in letter, and in height or pattern, not in colour alone")
    func looks() {
        var shapes: Set<String> = []
        for state in [ServerState.up, .down, .drain, .maint, .degraded, .unknown] {
            let look = StateLook(state)
            shapes.insert("\(look.top) \(look.pattern?.description ?? "plain")")
        }
        #expect(shapes.count == 6)
    }
}

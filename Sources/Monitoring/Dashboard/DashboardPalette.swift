import Foundation

/// The dashboard's colours, on light and on dark screens.
///
/// They are kept here rather than in the style sheet, because a test computes the contrast of what lies on what.
enum DashboardPalette {
    /// A colour's part on the page.
    enum Role: String, CaseIterable, Sendable {
        /// The page.
        case paper
        /// Cards and tables on it.
        case card
        /// Text.
        case ink
        /// Text that matters less.
        case faint
        /// Lines between things; nothing depends on them.
        case rule
        /// Links, and what has the keyboard.
        case link
        /// UP.
        case up
        /// Going up or down, and DEGRADED.
        case turning
        /// DOWN.
        case down
        /// DRAIN and NOLB.
        case drain
        /// MAINT.
        case maint
        /// UNKNOWN.
        case unknown
        /// Traffic on a backup.
        case backup
        /// Letters on the colours of states.
        case letter
        /// Letters on UNKNOWN and on yellow.
        case mark
    }

    /// A colour of the sRGB space.
    struct Color: Sendable, Hashable {
        /// Red, green and blue, 0 to 255.
        let red, green, blue: UInt8

        init(_ number: UInt32) {
            (red, green, blue) = (UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255))
        }

        /// Such as `#1a7f37`.
        var text: String { String(format: "#%02x%02x%02x", Int(red), Int(green), Int(blue)) }

        /// The relative luminance, 0 to 1.
        ///
        /// - Source: WCAG 2.2, "relative luminance".
        var luminance: Double {
            let parts = [red, green, blue].map { part in
                let share = Double(part) / 255
                return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }

        /// How much one colour stands out from another, 1 to 21.
        ///
        /// - Source: WCAG 2.2, "contrast ratio".
        func contrast(to other: Color) -> Double {
            let (light, dark) = (max(luminance, other.luminance), min(luminance, other.luminance))
            return (light + 0.05) / (dark + 0.05)
        }
    }

    /// The colours of light screens.
    static let light: [Role: Color] = colors([
        .paper: 0xf3f4f6, .card: 0xffffff, .ink: 0x16191d, .faint: 0x565e69, .rule: 0xd9dde3, .link: 0x0b5cad,
        .up: 0x1a7f3c, .turning: 0xb07d00, .down: 0xcf222e, .drain: 0x1f6feb, .maint: 0x8a5a1c, .unknown: 0x7b8490,
        .backup: 0xcfe3fb, .letter: 0xffffff, .mark: 0x16191d,
    ])

    /// The colours of dark screens.
    static let dark: [Role: Color] = colors([
        .paper: 0x0f1216, .card: 0x181c22, .ink: 0xe8ebef, .faint: 0xa3acb8, .rule: 0x2f363f, .link: 0x79b8ff,
        .up: 0x3fb45f, .turning: 0xe3b341, .down: 0xff6b64, .drain: 0x6ea8fe, .maint: 0xc98d45, .unknown: 0x8b949e,
        .backup: 0x1d3a5c, .letter: 0x0b0d10, .mark: 0x0b0d10,
    ])

    private static func colors(_ numbers: [Role: UInt32]) -> [Role: Color] { numbers.mapValues { Color($0) } }

    /// What the style sheet begins with: a custom property for each role, on light screens and on dark ones.
    static var styleSheet: String {
        func properties(_ colors: [Role: Color]) -> String {
            Role.allCases.compactMap { role in colors[role].map { "--\(role.rawValue): \($0.text);" } }
                .joined(separator: " ")
        }
        return """
            :root { color-scheme: light dark; \(properties(light)) }
            @media (prefers-color-scheme: dark) { :root { \(properties(dark)) } }

            """
    }
}

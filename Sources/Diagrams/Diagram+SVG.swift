extension Diagram {
    /// A drawing for a page or a README: no scripts, light or dark with the reader's preference.
    package func svg(title: String, subtitle: String = "") -> String {
        var writer = SVGWriter()
        return writer.draw(Placement(self), title: title, subtitle: subtitle, lines: lines)
    }
}

private struct SVGWriter {
    private var out: [String] = []
    private static let margin = 24.0

    mutating func draw(_ placement: Placement, title: String, subtitle: String, lines: Set<Diagram.Line>) -> String {
        let margin = Self.margin
        let below = TextMeasure.wrapped(subtitle, size: Placement.Measure.detail, to: max(placement.width, 480))
        let top = margin + 34 + 16 * Double(below.count)
        let legend = Diagram.Line.allCases.filter(lines.contains)
        let legendWidth = legend.reduce(0.0) { $0 + 48 + TextMeasure.width($1.words, size: Placement.Measure.detail) }
        let width = max(
            placement.width, TextMeasure.width(title, size: 18, bold: true), legendWidth,
            below.map { TextMeasure.width($0, size: Placement.Measure.detail) }.max() ?? 0) + 2 * margin
        let height = top + placement.height + margin + (legend.isEmpty ? 0 : 30)
        out.append(
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.number(width))" height="\(Self.number(height))" \
            viewBox="0 0 \(Self.number(width)) \(Self.number(height))" role="img" aria-label="\(Self.escaped(title))">
            """)
        out.append("<title>\(Self.escaped(title))</title>")
        out.append(Self.style)
        out.append(
            "<defs>" + legend.map { line in
                "<marker id=\"head-\(line.rawValue)\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
                    + "<path class=\"head \(line.rawValue)\" d=\"M0 0.5L7.5 4L0 7.5z\"/></marker>"
            }.joined() + "</defs>")
        out.append("<rect class=\"page\" width=\"100%\" height=\"100%\"/>")
        text(title, x: margin, y: margin + 14, "name")
        for (index, line) in below.enumerated() { text(line, x: margin, y: margin + 34 + 16 * Double(index), "detail") }
        draw(placement, x: margin, y: top, depth: 0)
        if !legend.isEmpty { self.legend(legend, x: margin, y: height - margin - 2) }
        out.append("</svg>")
        return out.joined(separator: "\n") + "\n"
    }

    private mutating func draw(_ placement: Placement, x: Double, y: Double, depth: Int) {
        for stroke in placement.strokes { draw(stroke, x, y) }
        for box in placement.boxes { draw(box, x, y, depth) }
        for label in placement.labels {
            text(label.text, x: x + label.position.x, y: y + label.position.y, "label \(label.line.rawValue)")
        }
    }

    private mutating func draw(_ stroke: Placement.Stroke, _ x: Double, _ y: Double) {
        let (x1, y1, x2, y2) = (stroke.start.x + x, stroke.start.y + y, stroke.end.x + x, stroke.end.y + y)
        guard x2 > x1 else { return }
        let head = stroke.hasHead ? " marker-end=\"url(#head-\(stroke.line.rawValue))\"" : ""
        let path: String
        if stroke.shape == .straight || abs(y1 - y2) < 0.05 {
            path = "M\(Self.number(x1)) \(Self.number(y1))H\(Self.number(x2))"
        } else {
            let middle = (x1 + x2) / 2
            path = "M\(Self.number(x1)) \(Self.number(y1))C\(Self.number(middle)) \(Self.number(y1)) \(Self.number(middle)) \(Self.number(y2)) \(Self.number(x2)) \(Self.number(y2))"
        }
        out.append("<path class=\"line \(stroke.line.rawValue)\" d=\"\(path)\"\(head)/>")
    }

    private mutating func draw(_ box: Placement.Box, _ x: Double, _ y: Double, _ depth: Int) {
        let (left, top) = (x + box.x, y + box.y)
        let isContainer = !box.sections.isEmpty
        out.append("<g><title>\(Self.escaped([box.node.title, box.node.detail].filter { !$0.isEmpty }.joined(separator: ": ")))</title>")
        out.append(
            "<rect class=\"\(isContainer ? "frame" : "box") \(box.node.accent.rawValue)\" x=\"\(Self.number(left))\" y=\"\(Self.number(top))\" "
                + "width=\"\(Self.number(box.width))\" height=\"\(Self.number(box.height))\" rx=\"9\"/>")
        if !isContainer {
            // A rounded stripe along the left edge.
            let (l, t, b) = (Self.number(left), top, top + box.height)
            out.append(
                "<path class=\"stripe \(box.node.accent.rawValue)\" d=\"M\(Self.number(left + 5)) \(Self.number(t))V\(Self.number(b))"
                    + "A5 9 0 0 1 \(l) \(Self.number(b - 9))V\(Self.number(t + 9))A5 9 0 0 1 \(Self.number(left + 5)) \(Self.number(t))z\"/>")
        }
        let textX = left + Placement.Measure.padding + 2
        let middle = isContainer ? top + 21 : top + box.height / 2
        text(box.node.title, x: textX, y: box.node.detail.isEmpty ? middle + 4.5 : middle - 3, "title")
        if !box.node.detail.isEmpty { text(box.node.detail, x: textX, y: middle + 13, "detail") }
        out.append("</g>")
        for section in box.sections {
            if let title = section.title { text(title, x: left + section.x, y: top + section.y - 7, "section") }
            draw(section.content, x: left + section.x, y: top + section.y, depth: depth + 1)
        }
    }

    private mutating func legend(_ lines: [Diagram.Line], x: Double, y: Double) {
        var x = x
        for line in lines {
            out.append(
                "<path class=\"line \(line.rawValue)\" d=\"M\(Self.number(x)) \(Self.number(y - 4))h22\" marker-end=\"url(#head-\(line.rawValue))\"/>")
            text(line.words, x: x + 28, y: y, "detail")
            x += 48 + TextMeasure.width(line.words, size: Placement.Measure.detail)
        }
    }

    private mutating func text(_ text: String, x: Double, y: Double, _ style: String) {
        guard !text.isEmpty else { return }
        out.append("<text class=\"\(style)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\">\(Self.escaped(text))</text>")
    }

    /// With one decimal at most, so that drawings are the same wherever they are made.
    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let whole = abs(tenths) / 10
        return (tenths < 0 ? "-" : "") + (tenths % 10 == 0 ? "\(whole)" : "\(whole).\(abs(tenths) % 10)")
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            // No other control character may stand in XML 1.0.
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static let style: String = {
        let accents: [(Diagram.Accent, light: String, dark: String)] = [
            (.blue, "#2563eb", "#60a5fa"), (.green, "#15935b", "#4ade80"), (.violet, "#7c3aed", "#a78bfa"),
            (.teal, "#0d8a8f", "#2dd4bf"), (.amber, "#c2740a", "#fbbf24"), (.red, "#d33333", "#f87171"), (.slate, "#64748b", "#94a3b8"),
        ]
        let lines: [(Diagram.Line, light: String, dark: String, dash: String)] = [
            (.data, "#7d8ca3", "#8494ad", ""), (.succeeded, "#15935b", "#4ade80", ""), (.failed, "#d33333", "#f87171", ""),
            (.skipped, "#c2740a", "#fbbf24", ""), (.completed, "#2563eb", "#60a5fa", ""), (.value, "#8b5cf6", "#a78bfa", "4 4"),
            (.call, "#c2740a", "#fbbf24", ""),
        ]
        func colours(_ isDark: Bool) -> String {
            let page = isDark ? "#0f1623" : "#ffffff"
            let box = isDark ? "#1a2436" : "#ffffff"
            let edge = isDark ? "#3a4a63" : "#cbd5e1"
            let frame = isDark ? "#141d2c" : "#f6f8fb"
            let text = isDark ? "#e6ecf5" : "#172033"
            let muted = isDark ? "#9fb0c8" : "#56657c"
            return ".page{fill:\(page)}.box{fill:\(box);stroke:\(edge)}.frame{fill:\(frame);stroke:\(edge)}.name,.title{fill:\(text)}.detail,.section,.label{fill:\(muted)}"
                + accents.map { ".stripe.\($0.0.rawValue){fill:\(isDark ? $0.dark : $0.light)}" }.joined()
                + lines.map { line in
                    let colour = isDark ? line.dark : line.light
                    return ".line.\(line.0.rawValue){stroke:\(colour)}.head.\(line.0.rawValue){fill:\(colour)}"
                }.joined()
        }
        return "<style>text{font-family:-apple-system,\"Segoe UI\",Helvetica,Arial,\"Liberation Sans\",sans-serif}"
            + ".name{font-size:18px;font-weight:700}.title{font-size:13px;font-weight:600}.detail{font-size:11px}"
            + ".section{font-size:11px;font-weight:600}.label{font-size:10.5px}.box{stroke-width:1}.frame{stroke-width:1}"
            + ".line{fill:none;stroke-width:1.5}" + lines.filter { !$0.dash.isEmpty }.map { ".line.\($0.0.rawValue){stroke-dasharray:\($0.dash)}" }.joined()
            + colours(false) + "@media(prefers-color-scheme:dark){" + colours(true) + "}</style>"
    }()
}

extension Diagram.Line {
    /// For the legend.
    var words: String {
        switch self {
        case .data: "table"
        case .succeeded: "after success"
        case .failed: "after failure"
        case .skipped: "after being skipped"
        case .completed: "after completion"
        case .value: "variable or output"
        case .call: "calls"
        }
    }
}

extension Diagram {
    /// In Graphviz's language; boxes with content are clusters, and arrows to them end at their borders.
    package func dot(name: String) -> String {
        var writer = DOTWriter(name)
        writer.attributes("graph", ["rankdir": "LR", "compound": "true", "fontname": "Helvetica"])
        writer.attributes("node", ["shape": "box", "style": "rounded", "fontname": "Helvetica"])
        writer.attributes("edge", ["fontname": "Helvetica", "fontsize": "10"])
        write(into: &writer)
        return writer.text
    }

    fileprivate func write(into writer: inout DOTWriter) {
        for node in nodes { node.write(into: &writer) }
        for edge in edges {
            let (start, end) = (nodes[edge.start], nodes[edge.end])
            var attributes = edge.line.attributes
            if !edge.label.isEmpty { attributes["label"] = edge.label }
            if !start.sections.isEmpty { attributes["ltail"] = start.cluster }
            if !end.sections.isEmpty { attributes["lhead"] = end.cluster }
            writer.edge(start.representative, end.representative, attributes)
        }
    }
}

extension Diagram.Node {
    fileprivate var cluster: String { "cluster " + identifier }

    /// A node in it that stands for it: an edge of Graphviz needs one.
    fileprivate var representative: String {
        sections.lazy.compactMap { $0.content.nodes.first?.representative }.first ?? identifier
    }

    fileprivate func write(into writer: inout DOTWriter) {
        let label = detail.isEmpty ? title : title + "\n" + detail
        guard !sections.isEmpty else { return writer.node(identifier, ["label": label]) }
        writer.open(cluster, ["label": label, "style": "rounded"])
        if representative == identifier { writer.node(identifier, ["label": "", "style": "invis"]) }
        for section in sections {
            if let title = section.title { writer.open("cluster \(identifier) \(title)", ["label": title, "style": "dotted"]) }
            section.content.write(into: &writer)
            if section.title != nil { writer.close() }
        }
        writer.close()
    }
}

extension Diagram.Line {
    fileprivate var attributes: [String: String] {
        switch self {
        case .data: [:]
        case .succeeded: ["color": "forestgreen"]
        case .failed: ["color": "red3"]
        case .skipped: ["color": "darkorange"]
        case .completed: ["color": "blue"]
        case .value: ["style": "dashed"]
        case .call: ["style": "bold"]
        }
    }
}

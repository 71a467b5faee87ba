internal import Diagrams
internal import Engine

extension LineageSelection {
    /// In Graphviz's language: tables and the activities between them; with a column in focus its way through the columns.
    package var dot: String {
        var writer = DOTWriter("lineage")
        writer.attributes("graph", ["rankdir": "LR", "fontname": "Helvetica"])
        writer.attributes("node", ["shape": "box", "style": "rounded", "fontname": "Helvetica"])
        writer.attributes("edge", ["fontname": "Helvetica", "fontsize": "10"])
        if focus?.column == nil { tables(&writer) } else { columnClusters(&writer) }
        return writer.text
    }

    private func tables(_ writer: inout DOTWriter) {
        for dataset in datasets {
            writer.node(dataset.text, dataset == focus?.dataset ? ["penwidth": "2"] : [:])
        }
        for step in steps {
            for input in step.inputs { writer.edge(input.text, step.output.text, ["label": step.name.text]) }
        }
    }

    private func columnClusters(_ writer: inout DOTWriter) {
        for dataset in datasets {
            let names = columns(of: dataset)?.map(\.name) ?? columns.filter { $0.dataset == dataset }.map(\.name).sorted()
            guard !names.isEmpty else {
                writer.node(dataset.text, ["style": "dashed"])
                continue
            }
            writer.open("cluster " + dataset.text, ["label": dataset.text])
            for name in names {
                var attributes = ["label": name]
                if focus == Focus(dataset, column: name) { attributes["penwidth"] = "2" }
                writer.node("\(dataset.text).\(name)", attributes)
            }
            writer.close()
        }
        for step in steps {
            guard let made = step.columns else {
                for input in step.inputs { writer.edge(end(of: input), end(of: step.output), ["label": step.name.text, "style": "dashed"]) }
                continue
            }
            for column in made {
                for input in column.direct where columns.contains(input.column) {
                    writer.edge(
                        input.column.text, DatasetColumn(step.output, column.column.name).text,
                        ["label": input.influence.direct.single.map(\.name).joined(separator: ", ")])
                }
            }
        }
    }

    /// A node of the dataset where its columns are not known.
    private func end(of dataset: Dataset) -> String {
        let names = columns.filter { $0.dataset == dataset }.map(\.name).sorted()
        return names.first.map { "\(dataset.text).\($0)" } ?? dataset.text
    }
}

internal import Assets
internal import Support

/// Files with locked schemas to a model.
package enum SchemaLoader {
    package static func load(_ parsed: ParsedFiles) -> [LoadedSchema] {
        parsed.documents.filter { $0.kind == .sourceSchema }.map { document in
            let context = DecodingContext(asset: document.assetName)
            let schema = SourceSchema.codec.decode(.node(document.root), context)
            return LoadedSchema(
                path: document.path, schema: schema, name: schema?.connection.value ?? document.name ?? AssetDocument.fileName(of: document.path),
                diagnostics: (parsed.diagnostics[ExactText(document.path)] ?? []) + document.withoutFaults(context.diagnostics))
        }
    }
}

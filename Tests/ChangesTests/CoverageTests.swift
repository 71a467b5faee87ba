import Assets
import Support
import Testing

/// The sample of the laws has every key that a file may have, so that none is forgotten in a comparison.
@Suite struct CoverageTests {
    @Test func theSampleHasEveryKey() {
        var declared: Set<String> = []
        for schema in [
            Project.codec.schema, Environment.codec.schema, Pipeline.codec.schema, Activity.list.schema, Template.codec.schema, SourceSchema.codec.schema,
        ] {
            Self.collect(schema, into: &declared)
        }
        var used: Set<String> = []
        for asset in SampleProject.standard.assets.values { Self.collect(asset, into: &used) }
        // How Azure writes a secret's reference: it becomes an expression before anything is compared.
        let foreign: Set<String> = ["referenceName", "secretName", "secretVersion"]
        #expect(declared.subtracting(used).subtracting(foreign).sorted() == [])
    }

    private static func collect(_ node: SchemaNode, into keys: inout Set<String>) {
        switch node {
        case .object(let object):
            for field in object.fields {
                keys.insert(field.key)
                collect(field.schema, into: &keys)
            }
        case .array(let inner), .map(let inner), .dynamic(let inner): collect(inner, into: &keys)
        case .oneOf(let choices): for choice in choices { collect(choice, into: &keys) }
        case .any, .string, .integer, .number, .boolean, .reference: break
        }
    }

    private static func collect(_ value: JSONValue, into keys: inout Set<String>) {
        switch value {
        case .object(let object):
            for member in object.members {
                keys.insert(member.key)
                collect(member.value, into: &keys)
            }
        case .array(let items): for item in items { collect(item, into: &keys) }
        default: break
        }
    }
}

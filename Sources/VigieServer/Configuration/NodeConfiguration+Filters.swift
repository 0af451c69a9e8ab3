public import VigieCalls
public import VigieMitigation
import VigieWire

extension NodeConfiguration.ProposedFilter {
    /// The filter that is written, with names.
    ///
    /// - Throws: `FilterFormError` with the field, the rule, and what to write.
    public func form(home: Country) throws(FilterFormError) -> FilterForm {
        let json: JSONValue
        do { json = try JSONValue(parsing: document.isEmpty ? "{}" : document) } catch {
            throw FilterFormError("", .notJSON, "write `match` and `action`")
        }
        return try FilterForm(json: json, home: home)
    }
}

extension NodeConfiguration {
    /// Why a list or a filter of the configuration cannot be taken: which one, and what to do.
    public struct FilterFailure: Error, CustomStringConvertible, Sendable {
        /// One line.
        public var description: String
    }

    /// The file's filters as the filter desk takes them.
    ///
    /// - Throws: `FilterFailure`; a configuration that was parsed has none.
    public func configuredFilters() throws(FilterFailure) -> [ConfiguredFilter] {
        var result: [ConfiguredFilter] = []
        for filter in filters {
            do throws(FilterFormError) {
                let state: FilterRecord.State =
                    switch filter.state {
                    case .proposed: .proposed
                    case .shadow: .shadow
                    case .enforced: .enforced
                    }
                result.append(
                    ConfiguredFilter(
                        name: filter.name, form: try filter.form(home: homeCountry), reason: filter.why, state: state,
                        approvedBy: filter.approvedBy))
            } catch {
                throw FilterFailure(description: "filters: \(filter.name): \(error.message)")
            }
        }
        return result
    }

    /// The lists of numbers, read from their files; lines that are no numbers are left out, as `vigie serve --check` tells.
    ///
    /// - Throws: `FilterFailure` when a file cannot be read.
    public func numberLists() throws(FilterFailure) -> [VigieMitigation.NumberList] {
        var result: [VigieMitigation.NumberList] = []
        for list in lists {
            let path = path(list.file)
            let file: NumberListFile
            do throws(InputError) { file = try NumberListFile(path: path) } catch {
                throw FilterFailure(description: "lists: \(list.name): \(path) cannot be read: \(error)")
            }
            do throws(FilterRefusal) {
                result.append(try VigieMitigation.NumberList(name: list.name, numbers: file.numbers))
            } catch {
                throw FilterFailure(description: "lists: \(list.name): \(error)")
            }
        }
        return result
    }
}

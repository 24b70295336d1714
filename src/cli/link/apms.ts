/**
 * The products whose links can lead from a request to its execution trace, and how each writes the trace id in a link. Each
 * entry names the documentation that its placeholder comes from. Honeycomb documents links into its traces, none that lead out of
 * them (https://docs.honeycomb.io/investigate/collaborate/share-trace/).
 */

/** A kind of link of a product. */
export interface Apm {
  readonly name: string;
  /** What the product puts the trace id in place of; it escapes the value for URLs itself. */
  readonly placeholder: string;
  /** Where in the product the link is set up. */
  readonly where: string;
  readonly documentation: string;
  /** The link as the product's configuration file has it, if it is set up in one. */
  readonly entry?: (link: string) => string;
}

export const apms: readonly Apm[] = [
  {
    name: "datadog",
    // Query variables, `{{NAME.value}}`: the value alone, without `NAME:`.
    placeholder: "{{trace_id.value}}",
    where: "a dashboard's widget whose query is grouped by trace_id: Context Links",
    documentation: "https://docs.datadoghq.com/dashboards/guide/context-links/",
  },
  {
    name: "grafana",
    // The value of the field that the link belongs to; in derived fields of Loki, what the expression captures.
    placeholder: "$" + "{__value.raw}",
    where: "Data links of a field that holds the trace id, or Derived fields of a Loki data source",
    documentation: "https://grafana.com/docs/grafana/latest/visualizations/panels-visualizations/configure-data-links/",
  },
  {
    name: "jaeger",
    // A template field of type `traces`; the product writes the values of tags alike.
    placeholder: "#{traceID}",
    where: "linkPatterns of the UI's configuration",
    documentation: "https://www.jaegertracing.io/docs/latest/frontend-ui/#link-patterns",
    entry: (url) => JSON.stringify({ type: "traces", url, text: "Execution traces" }),
  },
  {
    name: "kibana",
    // Custom links of APM take any field of the transaction, in double curly brackets.
    placeholder: "{{trace.id}}",
    where: "Applications, Settings, Custom Links",
    documentation: "https://www.elastic.co/guide/en/kibana/current/custom-links.html",
  },
  {
    name: "kibana-field",
    // The URL formatter of a data view's field, here of trace.id.
    placeholder: "{{value}}",
    where: "Data Views, the field trace.id, format Url: URL template",
    documentation: "https://www.elastic.co/guide/en/kibana/current/managing-data-views.html",
  },
  {
    name: "splunk",
    placeholder: "$trace_id$",
    where: "a workflow action of type link, for the field trace_id: link.uri",
    documentation:
      "https://help.splunk.com/en/data-management/splunk-enterprise-admin-manual/10.0/10.0.0-configuration-file-reference/workflow_actions.conf",
  },
  {
    name: "tempo",
    // Correlations of Grafana 12, target External: a variable of the trace.
    placeholder: "$" + "{traceID}",
    where: "Correlations of Grafana, from a Tempo data source: target External, results field traceID",
    documentation:
      "https://grafana.com/docs/grafana/latest/datasources/tempo/configure-tempo-data-source/trace-correlations/",
  },
];

connection: "lake"
include: "/views/*.view.lkml"
week_start_day: monday

datagroup: nightly {
  sql_trigger: SELECT max(day) FROM loads ;;
  max_cache_age: "24 hours"
}

access_grant: finance { user_attribute: team allowed_values: ["finance", "board"] }

# Orders with who placed them.
explore: orders {
  label: "Orders & their lines"
  sql_always_where: ${orders.status} <> 'test' ;;
  always_filter: { filters: [orders.day: "30 days", orders.kind: "-return"] }
  join: accounts {
    type: left_outer
    relationship: many_to_one
    sql_on: ${orders.account_id} = ${accounts.id} ;;
  }
  join: lines {
    relationship: one_to_many
    sql_on: ${orders.id} = ${lines.order_id} ;;
    fields: [lines.amount, -lines.cost]
  }
  aggregate_table: by_day {
    query: {
      dimensions: [orders.day]
      measures: [orders.count]
    }
    materialization: { datagroup_trigger: nightly }
  }
}

view: orders {
  sql_table_name: shop.orders ;;
  drill_fields: [id, status, accounts.name]
  dimension: id { primary_key: yes type: number sql: ${TABLE}.id ;; }
  dimension_group: placed {
    type: time
    timeframes: [raw, date, week, month, quarter, year]
    convert_tz: no
    sql: ${TABLE}.placed_at ;;
  }
  dimension: size {
    case: {
      when: { sql: ${total} >= 100 ;; label: "large" }
      when: { sql: ${total} < 100 ;; label: "small" }
      else: "unknown"
    }
  }
  dimension: status {
    type: string
    html: {% if value == 'late' %}<b>{{ value }}</b>{% else %}{{ value }}{% endif %} ;;
    link: { label: "Open \"it\"" url: "https://shop.example/{{ id._value }}" }
  }
  measure: count { type: count }
  measure: paid { type: sum sql: ${TABLE}.total ;; filters: [status: "paid"] value_format_name: usd }
  set: short { fields: [
    , id
    , status
  ] }
}

view: +orders {
  measure: late { type: count filters: { field: status value: "late" } }
}

view: recent {
  derived_table: {
    explore_source: orders {
      column: id {}
      column: day { field: orders.placed_date }
      filters: [orders.placed_date: "7 days"]
    }
  }
}

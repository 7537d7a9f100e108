// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Declared types are those that tools know: DATE and TIMESTAMP hold ISO 8601 texts, BOOLEAN 0 or 1
// (https://www.sqlite.org/datatype3.html).
#include "profile_store_sql.h"

#include <sqlite3.h>

static const char *type_of(pt_cell_type type)
{
    switch (type) {
    case PT_CELLS_BOOL:
        return "BOOLEAN";
    case PT_CELLS_I64:
        return "INTEGER";
    case PT_CELLS_F64:
        return "REAL";
    case PT_CELLS_DATE:
        return "DATE";
    case PT_CELLS_TIME:
        return "TIMESTAMP";
    default:
        return "TEXT";
    }
}

char *profile_store_sql_table(const struct profile_store_shape *shape)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "CREATE TABLE \"%w\"(", shape->table);
    for (uint32_t i = 0; i < shape->n_columns; i++) {
        const struct pt_cell_column *c = &shape->columns[i];
        bool is_key = shape->key == (int32_t)i;
        sqlite3_str_appendf(sql, "%s\n  \"%w\" %s%s", i == 0 ? "" : ",", c->name, type_of(c->type),
                            is_key ? " NOT NULL PRIMARY KEY" : "");
    }
    sqlite3_str_appendall(sql, "\n)");
    return sqlite3_str_finish(sql);
}

char *profile_store_sql_insert(const struct profile_store_shape *shape)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "INSERT INTO \"%w\" VALUES(?", shape->table);
    for (uint32_t i = 1; i < shape->n_columns; i++) {
        sqlite3_str_appendall(sql, ",?");
    }
    sqlite3_str_appendall(sql, ")");
    return sqlite3_str_finish(sql);
}

char *profile_store_sql_index(const struct profile_store_shape *shape, uint32_t column)
{
    const char *name = shape->columns[column].name;
    return sqlite3_mprintf("CREATE INDEX \"%w by %w\" ON \"%w\"(\"%w\")", shape->table, name,
                           shape->table, name);
}

char *profile_store_sql_segments(const struct profile_store_shape *shape, const uint32_t *columns,
                                 uint32_t n)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendall(sql, "CREATE VIEW segments(segment, value, profiles) AS");
    for (uint32_t i = 0; i < n; i++) {
        const char *name = shape->columns[columns[i]].name;
        sqlite3_str_appendf(sql,
                            "%s\n  SELECT '%q', \"%w\", count(*) FROM \"%w\" WHERE \"%w\" IS NOT "
                            "NULL GROUP BY \"%w\"",
                            i == 0 ? "" : "\n  UNION ALL", name, name, shape->table, name, name);
    }
    return sqlite3_str_finish(sql);
}

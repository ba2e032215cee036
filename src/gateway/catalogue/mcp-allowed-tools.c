/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-allowed-tools.h"

#include "common/mcp-glob.h"

/* A glob with the room that it is meant for. */
typedef struct
{
  const char *room; /* (unowned) (nullable): of the rooms; %NULL: for all servers */
  char *glob;       /* (owned) */
} Rule;

struct _McpAllowedTools
{
  McpNameRooms *rooms; /* (owned) */
  gboolean allow_all;
  GArray *rules; /* (owned): Rule */
};

static void
rule_clear (gpointer data)
{
  Rule *rule = data;

  g_free (rule->glob);
}

/**
 * mcp_allowed_tools_new:
 * @globs: (nullable) (array zero-terminated=1): of the session; %NULL: all tools are allowed
 * @rooms: of the configured servers
 *
 * Returns: (transfer full): the rules
 */
McpAllowedTools *
mcp_allowed_tools_new (const char *const *globs, McpNameRooms *rooms)
{
  McpAllowedTools *self = g_new0 (McpAllowedTools, 1);

  self->rooms = mcp_name_rooms_ref (rooms);
  self->allow_all = globs == NULL;
  self->rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  g_array_set_clear_func (self->rules, rule_clear);
  for (gsize i = 0; globs != NULL && globs[i] != NULL; i++)
    {
      Rule rule = { mcp_name_rooms_find_of_glob (rooms, globs[i]), g_strdup (globs[i]) };

      g_array_append_val (self->rules, rule);
    }
  return self;
}

/**
 * mcp_allowed_tools_free:
 * @self: (transfer full): the rules
 */
void
mcp_allowed_tools_free (McpAllowedTools *self)
{
  g_array_unref (self->rules);
  mcp_name_rooms_unref (self->rooms);
  g_free (self);
}

static gboolean
is_for (const Rule *rule, const char *room)
{
  return rule->room == NULL || rule->room == room;
}

/**
 * mcp_allowed_tools_allow:
 * @self: the rules
 * @room: of the server, as its rooms have it
 * @exposed: name of the tool for clients
 * @full: (nullable): the name without any shortening: prefix, separator and the tool's own
 *   name; %NULL: as @exposed
 *
 * Returns: whether the session may list and call the tool
 */
gboolean
mcp_allowed_tools_allow (McpAllowedTools *self,
                         const char *room,
                         const char *exposed,
                         const char *full)
{
  McpGlobText texts[2];
  guint n_texts = full != NULL ? 2 : 1;

  if (self->allow_all || self->rules->len == 0)
    return self->allow_all;

  mcp_glob_text_init (&texts[0], exposed);
  if (full != NULL)
    mcp_glob_text_init (&texts[1], full);
  for (guint i = 0; i < self->rules->len; i++)
    {
      const Rule *rule = &g_array_index (self->rules, Rule, i);

      for (guint k = 0; k < n_texts && is_for (rule, room); k++)
        if (mcp_glob_text_matches (&texts[k], rule->glob))
          return TRUE;
    }
  return FALSE;
}

/**
 * mcp_allowed_tools_reach:
 * @self: the rules
 * @room: of a server
 *
 * For a server whose tools are not known, or that has none.
 *
 * Returns: whether some tool of the server could be allowed
 */
gboolean
mcp_allowed_tools_reach (McpAllowedTools *self, const char *room)
{
  McpGlobText beginning;

  if (self->allow_all)
    return TRUE;

  mcp_glob_text_init (&beginning, room);
  for (guint i = 0; i < self->rules->len; i++)
    {
      const Rule *rule = &g_array_index (self->rules, Rule, i);

      if (is_for (rule, room) && mcp_glob_text_begins (&beginning, rule->glob))
        return TRUE;
    }
  return FALSE;
}

/**
 * mcp_allowed_tools_allow_all:
 * @self: the rules
 *
 * Returns: whether the session has no rules: everything is allowed
 */
gboolean
mcp_allowed_tools_allow_all (McpAllowedTools *self)
{
  return self->allow_all;
}

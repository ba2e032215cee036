/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/client/mcp-attachment-table.h"

#include "gateway/client/mcp-attachment-inner.h"

struct _McpAttachmentTable
{
  GHashTable *by_id;      /* (owned): id (unowned) -> McpAttachment (unowned) */
  GHashTable *by_session; /* (owned): session id (owned) -> GPtrArray of McpAttachment (owned) */
};

/**
 * mcp_attachment_table_new:
 *
 * Returns: (transfer full): an empty table
 */
McpAttachmentTable *
mcp_attachment_table_new (void)
{
  McpAttachmentTable *self = g_new0 (McpAttachmentTable, 1);

  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_session =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  return self;
}

/**
 * mcp_attachment_table_free:
 * @self: (transfer full): the table
 */
void
mcp_attachment_table_free (McpAttachmentTable *self)
{
  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->by_session);
  g_free (self);
}

/**
 * mcp_attachment_table_add:
 * @self: the table
 * @attachment: a new one
 */
void
mcp_attachment_table_add (McpAttachmentTable *self, McpAttachment *attachment)
{
  const char *session_id = mcp_session_get_id (mcp_attachment_get_session (attachment));
  const char *id = mcp_attachment_get_id (attachment);
  GPtrArray *attachments = g_hash_table_lookup (self->by_session, session_id);

  if (attachments == NULL)
    {
      attachments = g_ptr_array_new_with_free_func (g_object_unref);
      g_hash_table_insert (self->by_session, g_strdup (session_id), attachments);
    }
  g_ptr_array_add (attachments, g_object_ref (attachment));
  if (id != NULL)
    g_hash_table_insert (self->by_id, (gpointer) id, attachment);
}

/**
 * mcp_attachment_table_remove:
 * @self: the table
 * @attachment: one that may have been removed already
 */
void
mcp_attachment_table_remove (McpAttachmentTable *self, McpAttachment *attachment)
{
  const char *session_id = mcp_session_get_id (mcp_attachment_get_session (attachment));
  const char *id = mcp_attachment_get_id (attachment);
  GPtrArray *attachments = g_hash_table_lookup (self->by_session, session_id);

  if (id != NULL && g_hash_table_lookup (self->by_id, id) == attachment)
    g_hash_table_remove (self->by_id, id);
  if (attachments != NULL && g_ptr_array_remove (attachments, attachment) && attachments->len == 0)
    g_hash_table_remove (self->by_session, session_id);
}

/**
 * mcp_attachment_table_lookup:
 * @self: the table
 * @attachment_id: an Mcp-Session-Id
 *
 * Returns: (transfer none) (nullable): the attachment
 */
McpAttachment *
mcp_attachment_table_lookup (McpAttachmentTable *self, const char *attachment_id)
{
  return g_hash_table_lookup (self->by_id, attachment_id);
}

/**
 * mcp_attachment_table_get_default:
 * @self: the table
 * @session_id: of a session
 * @server: (nullable): name of the only server that is reached; %NULL: all
 *
 * Returns: (transfer none) (nullable): its default attachment, if it was made
 */
McpAttachment *
mcp_attachment_table_get_default (McpAttachmentTable *self,
                                  const char *session_id,
                                  const char *server)
{
  GPtrArray *attachments = g_hash_table_lookup (self->by_session, session_id);

  for (guint i = 0; attachments != NULL && i < attachments->len; i++)
    if (mcp_attachment_is_default (g_ptr_array_index (attachments, i)) &&
        g_strcmp0 (mcp_attachment_get_server (g_ptr_array_index (attachments, i)), server) == 0)
      return g_ptr_array_index (attachments, i);

  return NULL;
}

/**
 * mcp_attachment_table_count:
 * @self: the table
 * @session_id: of a session
 *
 * Returns: how many attachments clients made in it; the default ones are not theirs
 */
guint
mcp_attachment_table_count (McpAttachmentTable *self, const char *session_id)
{
  GPtrArray *attachments = g_hash_table_lookup (self->by_session, session_id);
  guint n_attachments = 0;

  for (guint i = 0; attachments != NULL && i < attachments->len; i++)
    if (!mcp_attachment_is_default (g_ptr_array_index (attachments, i)))
      n_attachments++;
  return n_attachments;
}

/**
 * mcp_attachment_table_count_all:
 * @self: the table
 *
 * Returns: how many attachments there are in all sessions
 */
guint
mcp_attachment_table_count_all (McpAttachmentTable *self)
{
  GHashTableIter iter;
  gpointer attachments;
  guint n_attachments = 0;

  g_hash_table_iter_init (&iter, self->by_session);
  while (g_hash_table_iter_next (&iter, NULL, &attachments))
    n_attachments += ((GPtrArray *) attachments)->len;
  return n_attachments;
}

/**
 * mcp_attachment_table_foreach:
 * @self: the table
 * @session_id: of a session
 * @func: called with each #McpAttachment of it; adds and removes none
 * @user_data: for @func
 */
void
mcp_attachment_table_foreach (McpAttachmentTable *self,
                              const char *session_id,
                              GFunc func,
                              gpointer user_data)
{
  GPtrArray *attachments = g_hash_table_lookup (self->by_session, session_id);

  if (attachments != NULL)
    g_ptr_array_foreach (attachments, func, user_data);
}

/**
 * mcp_attachment_table_find_unused:
 * @self: the table
 * @session_id: of a session
 * @before_us: monotonic time, in µs
 *
 * Finds the attachment of which nothing was heard for longest, if that is since
 * before @before_us and nothing of it is in flight.
 *
 * Returns: (transfer none) (nullable): the attachment
 */
McpAttachment *
mcp_attachment_table_find_unused (McpAttachmentTable *self,
                                  const char *session_id,
                                  gint64 before_us)
{
  GPtrArray *attachments = g_hash_table_lookup (self->by_session, session_id);
  McpAttachment *oldest = NULL;

  for (guint i = 0; attachments != NULL && i < attachments->len; i++)
    {
      McpAttachment *attachment = g_ptr_array_index (attachments, i);

      if (mcp_attachment_is_default (attachment) || mcp_attachment_is_busy (attachment) ||
          mcp_attachment_get_last_used (attachment) >= before_us)
        continue;
      if (oldest == NULL ||
          mcp_attachment_get_last_used (attachment) < mcp_attachment_get_last_used (oldest))
        oldest = attachment;
    }
  return oldest;
}

/**
 * mcp_attachment_table_drop_session:
 * @self: the table
 * @session_id: of a session that has ended
 *
 * Returns: (transfer full) (element-type McpAttachment): what was attached to it
 */
GPtrArray *
mcp_attachment_table_drop_session (McpAttachmentTable *self, const char *session_id)
{
  GPtrArray *attachments = g_hash_table_lookup (self->by_session, session_id);

  if (attachments == NULL)
    return g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_ref (attachments);
  g_hash_table_remove (self->by_session, session_id);
  for (guint i = 0; i < attachments->len; i++)
    {
      const char *id = mcp_attachment_get_id (g_ptr_array_index (attachments, i));

      if (id != NULL)
        g_hash_table_remove (self->by_id, id);
    }
  return attachments;
}

/**
 * mcp_attachment_table_drop_all:
 * @self: the table
 *
 * Returns: (transfer full) (element-type McpAttachment): all there were
 */
GPtrArray *
mcp_attachment_table_drop_all (McpAttachmentTable *self)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer attachments;

  g_hash_table_remove_all (self->by_id);
  g_hash_table_iter_init (&iter, self->by_session);
  while (g_hash_table_iter_next (&iter, NULL, &attachments))
    {
      GPtrArray *some = attachments;

      for (guint i = 0; i < some->len; i++)
        g_ptr_array_add (all, g_object_ref (g_ptr_array_index (some, i)));
      g_hash_table_iter_remove (&iter);
    }
  return all;
}

-- A key that belongs to one user may read further ones. Erased users drop out when the key is looked up.
alter table api_key add column readable_users uuid[] not null default '{}',
  add constraint api_key_readable_users_bound check (readable_users = '{}' or user_id is not null);

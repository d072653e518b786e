import type { User } from '../../../src/client/index.ts'
import { Empty, PageHead, When } from '../parts/basics.tsx'
import { Paged, usePages } from '../parts/pages.tsx'
import { count } from '../parts/words.ts'
import { pathTo } from '../route.ts'
import { useMemoir } from '../session.tsx'

const PAGE = 50

export function Users() {
  const memoir = useMemoir()
  const list = usePages<User>({
    queryKey: ['users', 'list'],
    read: async (cursor, signal) =>
      await memoir.users.list({
        limit: PAGE,
        signal,
        ...(cursor === undefined ? {} : { cursor }),
      }),
  })
  return (
    <>
      <PageHead title="Users" about="Whose memories there are, by your own ids" />
      <Paged
        list={list}
        empty={
          <Empty title="Nobody yet">
            <p>Users come with the first conversation that names them.</p>
          </Empty>
        }
      >
        {(users) => <UserTable users={users} />}
      </Paged>
    </>
  )
}

function UserTable({ users }: { readonly users: readonly User[] }) {
  return (
    <div className="table-box stacks">
      <table>
        <thead>
          <tr>
            <th scope="col">User</th>
            <th scope="col" className="number">
              Memories
            </th>
            <th scope="col" className="number">
              Conversations
            </th>
            <th scope="col">Last active</th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.user_id}>
              <th scope="row">
                <a href={pathTo('users', { id: user.user_id })}>{user.user_id}</a>
              </th>
              <td className="number" data-label="Memories">
                {count(user.memories)}
              </td>
              <td className="number" data-label="Conversations">
                {count(user.episodes)}
              </td>
              <td data-label="Last active">
                <When at={user.last_active_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

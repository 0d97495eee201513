// Evaluates requests of roles, as JSON in and out; see tests/support/e2e/evaluator.py.
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const { policies, trusts, requests } = JSON.parse(readFileSync(0, 'utf8'))
const sids = (results, kind) => [
  ...new Set(
    results.flatMap(({ analysis }) => analysis.identityAnalysis?.[kind] ?? []).map((each) => each.explain.identifier)
  )
]

// Who is not of the product may do whatever a resource lets them do: the resource alone decides.
const anything = { Version: '2012-10-17', Statement: [{ Sid: 'Anything', Effect: 'Allow', Action: '*', Resource: '*' }] }

const evaluate = async ({ role, action, resource, context, sessionPolicy }) => {
  const [, , , , account, name] = role.split(':')
  const trust = trusts[resource]
  const told = await runSimulation(
    {
      request: {
        principal: `arn:aws:sts::${account}:assumed-role/${name.split('/').at(-1)}/e2e`,
        action,
        // Trust is the other account's to give, and who may speak on a bus; everything else is looked at from the role's side.
        resource: { resource, accountId: trust ? resource.split(':')[4] : account },
        contextVariables: context
      },
      identityPolicies: policies[role] ?? [{ name: 'Any', policy: anything }],
      sessionPolicy: sessionPolicy ?? undefined,
      resourcePolicy: trust,
      serviceControlPolicies: [],
      resourceControlPolicies: []
    },
    {}
  )
  // A resource with a wildcard of its own (all groups, say) has several results, for each pattern.
  const results = told.resultType === 'single' ? [told.result] : (told.results ?? [])
  return {
    result: told.overallResult ?? told.resultType,
    errors: told.errors,
    allowedBy: sids(results, 'allowStatements'),
    deniedBy: sids(results, 'denyStatements'),
    ignored: [...new Set(results.flatMap((each) => each.ignoredContextKeys ?? []))]
  }
}

const answers = []
for (const request of requests) answers.push(await evaluate(request))
process.stdout.write(JSON.stringify(answers))
